"""Outputs of a running service: what they have written is counted, and their connection shown."""

import asyncio

from vedette.codecs import cot
from vedette.model.enums import SourceHealth
from vedette.server.metrics import metrics_text
from vedette.service.live import Service
from vedette.service.replaying import verify

TEXT = """schema = 1
name = "Drill"
mode = "SIMULATED"
reference = {{ lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }}
service = {{ idle_step_s = 0.2 }}
[[assets]]
id = "tower"
name = "Tower"
lat_deg = 33.8
lon_deg = 42.44
[[zones]]
id = "tower"
name = "Tower"
asset = "tower"
[[feeds]]
id = "tak"
kind = "cot_tcp"
port = {port}
[[outputs]]
id = "tak-out"
kind = "cot_tcp"
feed = "tak"
"""


def output_of(service):
    return next(s for s in service.core.picture.sources if s.source == "tak-out")


async def until(is_so):
    async with asyncio.timeout(20.0):
        while not is_so():
            await asyncio.sleep(0.02)


def test_an_output_counts_what_a_server_got_and_says_whether_it_is_connected(tmp_path):
    got, writers = [], []

    async def serve(reader, writer):
        writers.append(writer)
        buffer = cot.StreamBuffer()
        while data := await reader.read(1 << 16):
            got.extend(frame for frame in cot.cut(buffer, data) if frame is not None)
        writer.close()

    async def main():
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Service(TEXT.format(port=port), tmp_path / "rec") as service:
                service.step(service.clock.now_ns(), [])
                assert output_of(service).reason == "not connected yet"
                running = asyncio.create_task(service.run_live())
                await until(lambda: output_of(service).reports)
                await until(lambda: output_of(service).rate_hz)
                shown = output_of(service)
                told = [f for f in got if cot.read_frame(f).kind != "t-x-c-t"]
                assert shown.reports == len(told) >= 1 and shown.health is SourceHealth.OK
                assert f'source="tak-out",kind="output"}} {len(told)}\n' in metrics_text(
                    service.hub
                )
                server.close()
                for writer in writers:
                    writer.transport.abort()
                await until(lambda: output_of(service).health is SourceHealth.FAILED)
                assert output_of(service).reason == "the connection is lost"
                service.stop()
                await running
        assert verify(tmp_path / "rec").identical

    asyncio.run(main())
