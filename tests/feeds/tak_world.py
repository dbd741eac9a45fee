"""A TAK server of our own, as far as one connection sees it, and certificates for a day."""

import asyncio
import shutil
import ssl
import subprocess

import pytest

from vedette.codecs import cot

T0_NS = 1_641_254_400_000_000_000
TEXT = """schema = 1
name = "tak test"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
[[sensors]]
id = "blue"
kind = "position"
cooperative = true
lat_deg = 33.8
lon_deg = 42.44
hae_m = 190.0
[[feeds]]
id = "tak"
kind = "cot_tcp"
host = "{host}"
port = {port}
sensor = "blue"
{more}
"""


def event(kind, now_ns=T0_NS, **changes):
    values = {"uid": "server", "kind": kind, "how": "m-g", "time_ns": now_ns, "start_ns": now_ns,
              "stale_ns": now_ns + 10**10, "lat_deg": 33.81, "lon_deg": 42.45}  # fmt: skip
    return cot.CotEvent(**(values | changes))


class Server:
    """Takes one client after another; `frames` is what it has heard, `say` what it answers."""

    def __init__(self, on_frame=None, greeting=b""):
        self.frames, self.on_frame, self.greeting = [], on_frame, greeting
        self.writers, self.came = [], asyncio.Event()
        self.heard = asyncio.Condition()

    async def serve(self, reader, writer):
        self.writers.append(writer)
        self.came.set()
        writer.write(self.greeting)
        buffer = cot.StreamBuffer()
        try:
            while data := await reader.read(65536):
                for frame in cot.cut(buffer, data):
                    self.frames.append(frame)
                    answer = self.on_frame(frame) if self.on_frame else b""
                    if answer:
                        writer.write(answer)
                async with self.heard:
                    self.heard.notify_all()
        except OSError:
            return
        finally:
            writer.close()

    async def until(self, wanted, limit_s=10.0):
        async with asyncio.timeout(limit_s), self.heard:
            await self.heard.wait_for(lambda: wanted(self.frames))

    async def listen(self, tls=None):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls)
        return server, server.sockets[0].getsockname()[1]


def openssl(*words):
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl command is absent")
    subprocess.run([program, *words], check=True, capture_output=True)


def certificates(folder):
    """Make a CA, a server's and a client's certificate, and a client's of somebody else's CA."""
    for ca in ("ca", "other"):
        made = ["-keyout", folder / f"{ca}.key", "-out", folder / f"{ca}.pem"]
        day = ["-nodes", "-days", "1", "-subj", f"/CN={ca}"]
        openssl("req", "-x509", "-newkey", "rsa:2048", *day, *made)
    for name, ca in (("server", "ca"), ("client", "ca"), ("stranger", "other")):
        asked = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr"]
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}.example", *asked)
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{name}.example\n")
        signer = ["-CA", folder / f"{ca}.pem", "-CAkey", folder / f"{ca}.key", "-CAcreateserial"]
        own = ["-in", folder / f"{name}.csr", "-out", folder / f"{name}.pem", "-days", "1"]
        openssl("x509", "-req", *own, *signer, "-extfile", folder / f"{name}.ext")
    return folder


def server_tls(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "ca.pem")
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context
