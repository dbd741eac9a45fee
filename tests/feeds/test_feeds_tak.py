"""A TAK server over real sockets: both ways, the protocol agreed on, TLS, peers that fail."""

import asyncio
import contextlib
import time

import pytest
from tak_world import T0_NS, TEXT, Server, certificates, event, server_tls

from vedette.base.errors import RefusedError, VedetteError
from vedette.codecs import cot
from vedette.config.load import parse_site
from vedette.feeds import Intake, open_feeds, tak


@contextlib.asynccontextmanager
async def connected(port, more="", host="127.0.0.1"):
    site = parse_site(TEXT.format(host=host, port=port, more=more), "site.toml")
    intake = Intake(site, time.time_ns)
    async with open_feeds(site, intake, time.time_ns) as opened:
        yield opened, intake


async def arrived(intake, wanted, limit_s=10.0):
    """Collect arrivals until `wanted` of all of them is true."""
    got = []
    async with asyncio.timeout(limit_s):
        while not wanted(got):
            await asyncio.sleep(0.005)
            got += intake.drain()
    return got


def data_of(arrivals):
    return [a.data for a in arrivals if a.kind == "data"]


def run(work):
    asyncio.run(asyncio.wait_for(work(), 60.0))


XML = cot.write_event(event("a-f-A-M-H", callsign="RAVEN 1"), "xml")


def test_events_come_in_as_whole_frames_however_they_were_cut():
    async def work():
        server = Server()
        listening, port = await server.listen()
        async with listening, connected(port) as (_, intake):
            await asyncio.wait_for(server.came.wait(), 5.0)
            for at in range(0, len(XML), 50):
                server.writers[0].write(XML[at : at + 50])
                await server.writers[0].drain()
                await asyncio.sleep(0.001)
            server.writers[0].write(cot.stream_frame(event("a-f-A")))
            got = await arrived(intake, lambda a: len(data_of(a)) == 2)
            assert got[0].kind == "opened"
            assert [cot.read_frame(d).kind for d in data_of(got)] == ["a-f-A-M-H", "a-f-A"]

    run(work)


def test_a_server_that_offers_protobuf_is_asked_and_spoken_to_in_it_once_it_agrees():
    def answer(frame):
        if frame[:1] == b"<" and cot.read_frame(frame).kind == "t-x-takp-q":
            assert cot.read_frame(frame).versions == (1,)
            return cot.write_event(event("t-x-takp-r", answer=True), "xml")
        return b""

    async def work():
        offer = cot.write_event(event("t-x-takp-v", versions=(1,)), "xml")
        server = Server(answer, offer)
        listening, port = await server.listen()
        async with listening, connected(port) as (opened, intake):
            await server.until(lambda frames: len(frames) == 1)
            await arrived(intake, lambda a: len(data_of(a)) == 2)
            assert opened.send("tak", XML)
            await server.until(lambda frames: len(frames) == 2)
            assert server.frames[1][:1] == b"\xbf"
            assert cot.read_frame(server.frames[1]).callsign == "RAVEN 1"

    run(work)


@pytest.mark.parametrize("agrees", [True, False])
def test_nothing_is_said_while_the_server_has_not_answered_and_all_of_it_after(agrees):
    async def work():
        server = Server(greeting=cot.write_event(event("t-x-takp-v", versions=(1, 2)), "xml"))
        listening, port = await server.listen()
        async with listening, connected(port) as (opened, intake):
            await server.until(lambda frames: len(frames) == 1)
            assert opened.send("tak", XML)
            assert opened.send("tak", XML)
            await asyncio.sleep(0.2)
            assert len(server.frames) == 1
            reply = cot.write_event(event("t-x-takp-r", answer=agrees), "xml")
            server.writers[0].write(reply)
            await server.until(lambda frames: len(frames) == 3)
            forms = {frame[:1] for frame in server.frames[1:]}
            assert forms == {b"\xbf"} if agrees else forms == {b"<"}
            await arrived(intake, lambda a: len(data_of(a)) == 2)

    run(work)


def test_a_server_that_never_answers_the_request_is_spoken_to_in_xml_again(monkeypatch):
    monkeypatch.setattr(tak, "PING_S", 0.05)
    monkeypatch.setattr(tak, "AGREE_S", 0.1)

    async def work():
        server = Server(greeting=cot.write_event(event("t-x-takp-v", versions=(1,)), "xml"))
        listening, port = await server.listen()
        async with listening, connected(port) as (opened, _):
            await server.until(lambda frames: len(frames) == 1)
            assert opened.send("tak", XML)
            await server.until(lambda frames: any(b"RAVEN" in f for f in frames))

    run(work)


def test_a_server_of_another_version_is_not_asked():
    async def work():
        server = Server(greeting=cot.write_event(event("t-x-takp-v", versions=(2,)), "xml"))
        listening, port = await server.listen()
        async with listening, connected(port) as (opened, intake):
            await arrived(intake, lambda a: len(data_of(a)) == 1)
            assert opened.send("tak", XML)
            await server.until(lambda frames: bool(frames))
            assert cot.read_frame(server.frames[0]).callsign == "RAVEN 1"

    run(work)


def test_a_server_is_called_again_until_it_is_there_and_after_it_has_gone():
    async def work():
        probe, port = await Server().listen()
        probe.close()
        await probe.wait_closed()
        async with connected(port) as (opened, intake):
            await asyncio.sleep(0.1)
            assert not opened.send("tak", XML)
            for _ in range(2):
                server = Server()
                listening = await asyncio.start_server(server.serve, "127.0.0.1", port)
                await arrived(intake, lambda a: any(x.kind == "opened" for x in a))
                listening.close()
                server.writers[0].transport.abort()
                await arrived(intake, lambda a: any(x.kind == "closed" for x in a))

    run(work)


def test_a_server_that_falls_silent_after_it_has_spoken_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(tak, "PING_S", 0.05)

    async def work():
        server = Server(greeting=XML)
        listening, port = await server.listen()
        async with listening, connected(port) as (_, intake):
            got = await arrived(intake, lambda a: [x.kind for x in a].count("opened") == 2)
            assert [x.kind for x in got if x.kind != "data"][:3] == ["opened", "closed", "opened"]
            pings = [f for f in server.frames if cot.read_frame(f).kind == cot.PING]
            assert len(pings) >= 2

    run(work)


def test_a_server_that_does_not_read_is_hung_up_on_and_holds_up_nobody(monkeypatch):
    monkeypatch.setattr(tak, "PING_S", 0.2)

    async def work():
        stuck = []

        async def ignore(reader, writer):
            reader._transport.pause_reading()
            stuck.append(writer)

        listening = await asyncio.start_server(ignore, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with listening, connected(port) as (opened, intake):
            got = await arrived(intake, lambda a: bool(a))
            begun_s, sent = time.monotonic(), 0
            while opened.send("tak", XML * 100):
                sent += 1
                assert sent < 10_000
            assert time.monotonic() - begun_s < 5.0
            got += await arrived(intake, lambda a: any(x.kind == "closed" for x in a))
            assert [x.kind for x in got] == ["opened", "closed"]
            for writer in stuck:
                writer.transport.abort()

    run(work)


def test_over_long_and_lost_streams_are_refused_and_the_connection_made_anew():
    async def work():
        huge = b"<event>" + b"x" * cot.EVENT_BYTES_MAX * 2 + b"</event>"
        server = Server(greeting=huge + XML + b"\xbf" + b"\xff" * 12)
        listening, port = await server.listen()
        async with listening, connected(port) as (_, intake):
            got = await arrived(intake, lambda a: [x.kind for x in a].count("opened") == 2)
            kinds = [(x.kind, x.data if x.kind == "refused" else b"") for x in got]
            assert kinds[:4] == [
                ("opened", b""), ("refused", b"too long"), ("data", b""), ("refused", b"too long"),
            ]  # fmt: skip
            assert ("refused", b"bad frame") in kinds

    run(work)


# --- TLS ---
def tls_keys(folder, name="client", ca="ca", server="server.example"):
    return (
        f'tls_ca = "{folder}/{ca}.pem"\ntls_certificate = "{folder}/{name}.pem"\n'
        f'tls_key = "{folder}/{name}.key"\ntls_name = "{server}"'
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("tls"))


def test_a_server_that_asks_for_a_certificate_gets_ours(folder):
    async def work():
        server = Server(greeting=XML)
        listening, port = await server.listen(server_tls(folder))
        async with listening, connected(port, tls_keys(folder)) as (opened, intake):
            await arrived(intake, lambda a: data_of(a) == [XML.strip()])
            assert opened.send("tak", XML)
            await server.until(lambda frames: bool(frames))
            peer = server.writers[0].get_extra_info("peercert")
            assert ((("commonName", "client.example"),)) in peer["subject"]

    run(work)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ca": "other"}, b"certificate"),
        ({"server": "elsewhere.example"}, b"match"),
    ],
)
def test_a_server_that_cannot_prove_who_it_is_is_told_nothing_and_the_reason_is_shown(
    folder, wrong, said
):
    async def work():
        server = Server(greeting=XML)
        listening, port = await server.listen(server_tls(folder))
        async with listening, connected(port, tls_keys(folder, **wrong)) as (opened, intake):
            got = await arrived(intake, lambda a: any(x.kind == "refused" for x in a))
            assert said in got[-1].data
            assert got[-1].data.startswith(b"TLS: ")
            assert not opened.send("tak", XML)
            assert not server.frames

    run(work)


def test_a_server_that_refuses_our_certificate_is_no_crash_and_is_called_again(folder):
    async def work():
        server = Server(greeting=XML)
        listening, port = await server.listen(server_tls(folder))
        async with listening, connected(port, tls_keys(folder, "stranger")) as (_, intake):
            got = await arrived(
                intake, lambda a: sum(x.kind in ("closed", "refused") for x in a) >= 2
            )
            assert not data_of(got)

    run(work)


def test_a_key_that_is_not_there_is_told_before_the_start(folder):
    async def work():
        async with connected(1, tls_keys(folder, "nobody")):
            pass

    with pytest.raises(VedetteError, match="no such file"):
        run(work)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('tls_key = "x"', "who signs"),
        ('tls_ca = "x"\ntls_key = "y"', "go together"),
        ('sightings_sensor = "blue"', "must not be"),
        ('sightings_sensor = "red"', "cooperative = true"),
        ('group = "239.2.3.1"', "multicast"),
    ],
)
def test_a_bad_tak_feed_is_refused_in_one_line(more, said):
    with pytest.raises(RefusedError, match=said):
        parse_site(TEXT.format(host="h", port=8087, more=more), "site.toml")


def test_what_outputs_write_keeps_its_whole_detail_in_protobuf():
    full = event(
        "b-a-o-pan", now_ns=T0_NS, callsign="SIM <b>", remarks="a & b", course_deg=1.5,
        speed_mps=2.5, detail_xml='<emergency type="Ring The Bell">x</emergency>',
    )  # fmt: skip
    assert cot.restream(cot.write_event(full, "xml") * 2) == cot.stream_frame(full) * 2


def test_a_feed_that_is_closed_while_its_server_hangs_up_is_closed():
    class Closing(dict):
        def __delitem__(self, name):
            super().__delitem__(name)
            task.cancel()

    async def work():
        nonlocal task
        server = Server(greeting=XML)
        listening, port = await server.listen()
        site = parse_site(TEXT.format(host="127.0.0.1", port=port, more=""), "site.toml")
        feed = tak.TakFeed(site.feeds[0], Intake(site, time.time_ns), time.time_ns, Closing())
        async with listening:
            task = asyncio.create_task(feed.stay_connected())
            await asyncio.wait_for(server.came.wait(), 5.0)
            server.writers[0].transport.abort()
            done, _ = await asyncio.wait({task}, timeout=3.0)
            task.cancel()
            assert done

    task = None
    run(work)
