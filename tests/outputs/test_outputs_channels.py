"""Channels that take warnings and their all-clear: apprise, MQTT, CAP; over real sockets."""

import asyncio
import json
import shutil
import socket
import time
import xml.etree.ElementTree as ElementTree
from contextlib import asynccontextmanager

import msgspec
import pytest
from test_outputs_webhook import make_site, raised, receiving

from vedette.base.errors import RefusedError, VedetteError
from vedette.codecs import cap
from vedette.config.load import parse_site
from vedette.config.site import Channel
from vedette.model.enums import Mode, WarningLevel
from vedette.model.events import WarningCleared, WarningEscalated
from vedette.outputs import delivering
from vedette.outputs.channels import Channels

T0_NS = 1_641_254_400_000_000_000
NAMES = {"c": cap.NAMESPACE}


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setattr(delivering, "PAUSE_S", (0.01, 0.01))


def site_with(*channels, mode=Mode.SIMULATED, named=()):
    return msgspec.structs.replace(make_site(mode=mode, channels=named), channels=list(channels))


def escalated():
    values = msgspec.structs.asdict(raised(revision=2)) | {"t_ns": T0_NS + 10**9}
    return WarningEscalated(**values)


def cleared():
    return WarningCleared(
        t_ns=T0_NS + 2 * 10**9, warning_id=7, zone_id="north", person="w", reason="over", revision=3
    )


async def delivered(site, *events, count=None, before=()):
    got, done = [], asyncio.Event()

    def deliver(delivery):
        got.append(delivery)
        if len(got) >= (count or len(events)):
            done.set()

    async with Channels(site, deliver, lambda: T0_NS) as channels:
        channels.remember(before)
        for event in events:
            channels.send(event)
        async with asyncio.timeout(30):
            await done.wait()
    return got


# --- CAP ---
def test_alerts_are_written_whole_into_the_folder_and_refer_to_each_other(tmp_path):
    channel = Channel(id="public", kind="cap", folder=str(tmp_path), sender="watch@x.example")
    got = asyncio.run(delivered(site_with(channel), raised(), escalated(), cleared()))
    assert [(d.channel, d.revision, d.delivered) for d in got] == [
        ("public", 1, True), ("public", 2, True), ("public", 3, True),
    ]  # fmt: skip
    files = sorted(tmp_path.iterdir())
    assert [f.suffix for f in files] == [".xml"] * 3
    trees = [ElementTree.fromstring(f.read_bytes()) for f in files]
    kinds = [t.findtext("c:msgType", None, NAMES) for t in trees]
    assert kinds == ["Alert", "Update", "Cancel"]
    assert len(trees[2].findtext("c:references", None, NAMES).split(" ")) == 2
    assert trees[0].findtext("c:status", None, NAMES) == "Test"


def test_after_a_restart_a_cancellation_still_refers_to_what_was_sent_before(tmp_path):
    channel = Channel(id="public", kind="cap", folder=str(tmp_path), sender="s")
    before = [raised(), escalated()]
    asyncio.run(delivered(site_with(channel), cleared(), before=before))
    (file,) = tmp_path.iterdir()
    references = ElementTree.fromstring(file.read_bytes()).findtext("c:references", None, NAMES)
    assert len(references.split(" ")) == 2


def test_alerts_are_posted_as_cap_and_a_refusal_is_told():
    async def story():
        async with receiving(200, 400) as receiver:
            channel = Channel(id="public", kind="cap", url=receiver.url, sender="s")
            first, second = await delivered(site_with(channel), raised(), escalated())
            assert first.delivered
            assert (second.delivered, second.detail) == (False, "answered 400")
            assert "content-type: application/cap+xml" in receiver.heads[0].lower()
            assert ElementTree.fromstring(receiver.bodies[0]).tag == f"{{{cap.NAMESPACE}}}alert"

    asyncio.run(story())


def test_a_folder_that_has_gone_is_told_after_three_tries(tmp_path):
    folder = tmp_path / "cap"
    folder.mkdir()
    channel = Channel(id="public", kind="cap", folder=str(folder), sender="s")
    site = site_with(channel)
    got = []

    async def story():
        done = asyncio.Event()

        def deliver(delivery):
            got.append(delivery)
            done.set()

        async with Channels(site, deliver, lambda: T0_NS) as channels:
            folder.rmdir()
            channels.send(raised())
            await asyncio.wait_for(done.wait(), 10)

    asyncio.run(story())
    assert not got[0].delivered
    assert "No such file" in got[0].detail


# --- apprise ---
# It loads every plugin with the first url; one looks for a module that Python 3.13 has no more.
quietly = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@quietly
def test_apprise_delivers_title_and_text_marked_as_not_real():
    pytest.importorskip("apprise")

    async def story():
        async with receiving(200) as receiver:
            url = receiver.url.replace("http://", "json://")
            channel = Channel(id="chat", kind="apprise", url=url)
            got = await delivered(site_with(channel), raised(), cleared())
            assert all(d.delivered for d in got)
            said = [json.loads(body) for body in receiver.bodies]
            assert said[0]["title"] == "SIMULATED. Take cover: North camp"
            assert said[0]["message"].startswith("SIMULATED. North camp: take cover now")
            assert said[1]["title"] == "SIMULATED. All clear: North camp"

    asyncio.run(story())


@quietly
def test_apprise_that_fails_is_tried_three_times_and_told_without_its_secrets():
    pytest.importorskip("apprise")

    async def story():
        async with receiving(500) as receiver:
            url = receiver.url.replace("http://", "json://user:s3cret@")
            channel = Channel(id="chat", kind="apprise", url=url)
            (got,) = await delivered(site_with(channel), raised())
            assert (got.delivered, got.detail) == (False, "apprise could not deliver it")
            assert len(receiver.bodies) == 3

    asyncio.run(story())


@quietly
def test_apprise_that_hangs_is_given_up_and_holds_up_no_other_channel(tmp_path):
    pytest.importorskip("apprise")

    async def story():
        async with receiving(None) as receiver:
            url = receiver.url.replace("http://", "json://") + "?cto=5&rto=5"
            hanging = Channel(id="chat", kind="apprise", url=url, timeout_s=0.3)
            public = Channel(id="public", kind="cap", folder=str(tmp_path), sender="s")
            begun_s = time.monotonic()
            got = await delivered(site_with(hanging, public), raised(), count=2)
            assert time.monotonic() - begun_s < 10.0
            assert [d.channel for d in got] == ["public", "chat"]
            assert [d.delivered for d in got] == [True, False]

    asyncio.run(story())


@quietly
def test_an_apprise_url_of_no_known_kind_is_told_at_the_start():
    pytest.importorskip("apprise")
    channel = Channel(id="chat", kind="apprise", url="nothing-like-it://x")
    with pytest.raises(VedetteError, match="does not know"):
        Channels(site_with(channel), lambda _: None, lambda: T0_NS)


# --- MQTT ---
@asynccontextmanager
async def broker(folder):
    program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if program is None:
        pytest.skip("mosquitto is absent")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.kill()
        await process.wait()


async def retained(port, topic):
    import aiomqtt

    async with aiomqtt.Client("127.0.0.1", port) as client, asyncio.timeout(10):
        await client.subscribe(topic)
        return (await anext(aiter(client.messages))).payload


def test_a_siren_that_joins_late_hears_what_holds_and_then_that_it_is_over(tmp_path):
    async def story():
        async with broker(tmp_path) as port:
            site = site_with(Channel(id="siren", kind="mqtt", port=port))
            (got,) = await delivered(site, raised())
            assert got.delivered
            body = json.loads(await retained(port, "vedette/siren/warnings/north"))
            assert (body["kind"], body["level"], body["mode"]) == (
                "warning",
                "imminent",
                "SIMULATED",
            )
            await delivered(site, cleared())
            body = json.loads(await retained(port, "vedette/siren/warnings/north"))
            assert (body["kind"], body["revision"], body["simulated"]) == ("all_clear", 3, True)

    asyncio.run(story())


def test_a_relay_gets_the_words_it_understands(tmp_path):
    async def story():
        async with broker(tmp_path) as port:
            relay = Channel(
                id="relay", kind="mqtt", port=port, topic="cmnd/horn/POWER",
                payload_warning="ON", payload_all_clear="OFF",
            )  # fmt: skip
            await delivered(site_with(relay), raised())
            assert await retained(port, "cmnd/horn/POWER") == b"ON"
            await delivered(site_with(relay), cleared())
            assert await retained(port, "cmnd/horn/POWER") == b"OFF"

    asyncio.run(story())


def test_a_broker_that_is_away_is_tried_three_times_and_told():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        channel = Channel(id="siren", kind="mqtt", port=probe.getsockname()[1], timeout_s=1.0)
        (got,) = asyncio.run(delivered(site_with(channel), raised()))
    assert not got.delivered
    assert got.detail


# --- who is told what ---
def test_a_zone_tells_the_channels_it_names_alone(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    channels = [
        Channel(id=name, kind="cap", folder=str(tmp_path / name), sender="s") for name in ("a", "b")
    ]
    got = asyncio.run(delivered(site_with(*channels, named=["b"]), raised()))
    assert [d.channel for d in got] == ["b"]


def test_a_warning_that_is_only_possible_says_be_ready(tmp_path):
    from vedette.outputs.words import words

    event = msgspec.structs.replace(raised(), level=WarningLevel.POSSIBLE, simulated=False)
    assert words(site_with(mode=Mode.LIVE), event)[0] == "Be ready to take cover: North camp"


HEAD = 'schema = 1\nname = "x"\nreference = { lat_deg = 1.0, lon_deg = 2.0, hae_m = 0.0 }\n'


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('id = "a"\nkind = "apprise"', "must be an apprise URL"),
        ('id = "a"\nkind = "cap"\nsender = "s"', "needs a folder"),
        ('id = "a"\nkind = "cap"\nfolder = "f"\nurl = "http://x"\nsender = "s"', "not both"),
        ('id = "a"\nkind = "cap"\nfolder = "f"', "who answers"),
        ('id = "a"\nkind = "cap"\nfolder = "f"\nsender = "a b"', "sender"),
        ('id = "a"\nkind = "cap"\nfolder = "f"\nsender = "s"\ntopic = "t"', "means nothing"),
        ('id = "a"\nkind = "mqtt"\ntopic = "a/#"', "no + or #"),
        ('id = "a"\nkind = "mqtt"\npayload_warning = "ON"', "go together"),
        ('id = "display"\nkind = "mqtt"', "display's"),
        ('id = "a"\nkind = "pigeon"', "kind"),
    ],
)
def test_a_bad_channel_is_refused_in_one_line(table, said):
    with pytest.raises(RefusedError, match="channels") as refused:
        parse_site(f"{HEAD}[[channels]]\n{table}\n", "site.toml")
    assert said in str(refused.value)


def test_an_all_clear_that_a_channel_did_not_take_is_an_event(tmp_path):
    from vedette import warning
    from vedette.model.commands import AllClear, Delivery, OrderCover
    from vedette.model.enums import Role
    from vedette.model.events import WarningDeliveryFailed
    from vedette.model.tracks import empty_tracks

    site = site_with()
    state, tracks = warning.start(site), empty_tracks(1, 0)
    common = {"person": "w", "roles": (Role.OPERATOR,), "session": "s", "zone_id": "north"}

    def step(t_s, *commands, deliveries=()):
        now_ns = T0_NS + t_s * 10**9
        return warning.advance(state, tracks, {}, [], commands, deliveries, now_ns)

    step(1, OrderCover(command_id="1", t_recv_ns=T0_NS, reason="drill", **common))
    events = step(2, AllClear(command_id="2", t_recv_ns=T0_NS, reason="over", **common))
    (over,) = [event for event in events if isinstance(event, WarningCleared)]
    assert over.revision == 2
    failed = Delivery(
        warning_id=over.warning_id, revision=2, channel="siren", delivered=False,
        t_recv_ns=T0_NS + 3 * 10**9, detail="away",
    )  # fmt: skip
    (told,) = step(3, deliveries=[failed])
    assert isinstance(told, WarningDeliveryFailed)
    assert (told.channel, told.revision) == ("siren", 2)
