"""Every feed decoder by name, with whole inputs of each of its framings; and one under fire."""

import lzma
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import asterix_world
import cot_world
import sapient_world
from codecs_mutator import SMALL, mutate
from codecs_world import (
    DRONE,
    T0_NS,
    aircraft_documents,
    asterix_datagrams,
    avr_text,
    beast_stream,
    detection_text,
    make_site,
    mavlink_datagrams,
    mavlink_packets,
    remote_id_datagrams,
    remote_id_frames,
    remote_id_messages,
    sbs_text,
    scout_payloads,
    single_blocks,
)

from vedette import codecs
from vedette.codecs import remote_id
from vedette.codecs.adsb import beast
from vedette.codecs.asterix.profiles import EDITIONS
from vedette.codecs.clock import Clock
from vedette.codecs.reasons import ALL
from vedette.model.arrivals import Arrival
from vedette.model.reports import Detection, Refusal, Report
from vedette.record.state import encode_state

BY_LINES = ("f-avr", "f-sbs", "f-udp", "f-tcp", "http")  # feeds whose messages end with a line
STEP_NS = 1_000_000  # between two inputs
# Refusals that are not of a whole message: of octets beside messages that were read, of a clock
# that is off while what it stamps is used, of a jump remembered on purpose, of one of many records.
BESIDE = re.compile(
    r"offset (?![03]:)|between (frames|packets)|bad frame: type|cut short by the next|hexadecimal"
    r"|bad time: .* clock|a jump of|SAC "
)
LOOK_EVERY = 10_000  # inputs between two looks at how much is remembered
BEGIN_EVERY = 500  # inputs after which a decoder that must show no trace is begun anew
STATE_BYTES_MAX = 2_000_000  # 4,096 aircraft of about 300 bytes, and half a line


def over_radio(k: int) -> list[bytes]:
    """Give the datagrams of one radio of Remote ID: beacon, NAN, Bluetooth 4, Bluetooth 5."""
    frames = remote_id_frames()
    mine = [frames[0]], [frames[1]], frames[2:-1], [frames[-1]]
    return [remote_id.wrap(link, frame, T0_NS) for link, frame in mine[k]]


def as_scout(packed: bool) -> list[bytes]:
    """Give a DroneScout receiver's payloads, as JSON or compressed."""
    payloads = [p for p in scout_payloads() if p[:1] in b"{["]
    return [lzma.compress(p) for p in payloads] if packed else payloads


FEEDS: dict[str, tuple[str, list[bytes]]] = {
    "ASTERIX 034, 048": ("f-asterix", asterix_datagrams()),
    "Beast": ("f-beast", [beast_stream()]),
    "AVR": ("f-avr", [avr_text()]),
    "SBS": ("f-sbs", [sbs_text()]),
    "aircraft.json": ("f-json", aircraft_documents()),
    "Remote ID, own datagrams": ("f-rid", remote_id_datagrams()[:1]),
    "Remote ID, Wi-Fi beacon": ("f-rid", over_radio(0)),
    "Remote ID, Wi-Fi NAN": ("f-rid", over_radio(1)),
    "Remote ID, Bluetooth 4": ("f-rid", over_radio(2)),
    "Remote ID, Bluetooth 5": ("f-rid", over_radio(3)),
    "DroneScout, JSON": ("f-scout", as_scout(packed=False)),
    "DroneScout, LZMA": ("f-scout", as_scout(packed=True)),
    "MAVLink": ("f-mav", mavlink_datagrams()),
    "CoT, XML": ("f-cot", cot_world.datagrams()[:6]),
    "CoT, TAK protocol 1 mesh": ("f-cot", cot_world.datagrams()[6:7]),
    "CoT, TAK protocol 1 stream": ("f-cot", cot_world.datagrams()[7:]),
    "SAPIENT": (
        "f-sapient",
        [sapient_world.stream(), sapient_world.stream("registration", "detectionReport")],
    ),
    "detections, datagrams": ("f-udp", [detection_text()]),
    "detections, stream": ("f-tcp", [detection_text()]),
    "detections, HTTP and WebSocket": ("http", [detection_text()]),
}
PROFILES = {
    f"ASTERIX {profile:03d}"
    if profile < 256
    else f"ASTERIX 021, edition {next(k for k, v in EDITIONS.items() if v == profile)}": profile
    for profile in asterix_world.PROFILES
}


def records_of(profile: int) -> list[bytes]:
    """Give blocks of drawn records of a profile, all of the source 25/1."""
    return asterix_world.from_source(profile, (1, 1, 2, 5))


def singles_of(name: str) -> list[bytes]:
    """Give whole inputs of one message each."""
    feed, whole = corpus_of(name)
    if name in PROFILES:
        return asterix_world.from_source(PROFILES[name], (1, 1, 1, 1))
    if feed == "f-asterix":
        return single_blocks()
    if feed == "f-beast":
        return [beast.encode([frame]) for frame in beast.split(beast_stream())[0]]
    if feed in BY_LINES:
        return [line + b"\n" for line in b"".join(whole).splitlines()]
    if feed == "f-json":
        return [whole[0].split(b",{")[0] + b"]}"]
    if name.startswith("Remote ID"):
        return [wrapped for k in range(5) for wrapped in one_alone(name, remote_id_messages()[k])]
    if feed == "f-scout":
        packs = [remote_id.encode_pack([message]) for message in remote_id_messages()[:5]]
        sent = [remote_id.publish("c0:ff:ee:00:00:02", pack, T0_NS) for pack in packs]
        return sent if "JSON" in name else [lzma.compress(each) for each in sent]
    if feed == "f-mav":
        return mavlink_packets()
    if feed == "f-sapient":
        return [sapient_world.stream(kind) for kind in sapient_world.CONTENTS]
    if feed == "f-cot":
        return [each for each in whole if each.count(b"</event>") < 2]
    return whole


def one_alone(name: str, message: bytes) -> list[bytes]:
    """Give the datagram of a framing of Remote ID that carries one message."""
    pack = remote_id.encode_pack([message])
    if "own" in name:
        return [remote_id.wrap(remote_id.ADDRESSED, DRONE + b"\x01" + pack)]
    frames = {
        "Wi-Fi beacon": (105, remote_id.beacon(DRONE, 7, pack, b"drone")),
        "Wi-Fi NAN": (105, remote_id.nan_action(DRONE, 8, pack)),
        "Bluetooth 4": (251, remote_id.legacy_packet(DRONE, 3, message)),
        "Bluetooth 5": (251, remote_id.extended_packet(DRONE, 9, pack)),
    }
    link, frame = frames[name.partition(", ")[2]]
    return [remote_id.wrap(link, frame, T0_NS)]


def every_feed() -> list[str]:
    """Name all feed decoders, each ASTERIX category and edition apart."""
    return [*FEEDS, *PROFILES]


def corpus_of(name: str) -> tuple[str, list[bytes]]:
    """Give a decoder's feed in the test's site, and its whole inputs."""
    return FEEDS[name] if name in FEEDS else ("f-asterix", records_of(PROFILES[name]))


@dataclass
class UnderFire:
    """The decoder of one feed that is read into again and again: what it remembers is bounded."""

    name: str
    count: int = 0

    def __post_init__(self) -> None:
        self.feed, self.corpus = corpus_of(self.name)
        self.decoders = self.fresh()

    def fresh(self) -> codecs.Decoders:
        """Open the decoders of the test's site."""
        decoders = codecs.open_decoders(make_site())
        profile = PROFILES.get(self.name)
        if profile in EDITIONS.values():
            decoders.feeds["f-asterix"].edition = profile
        return decoders

    def read(self, data: bytes) -> list[Report]:
        """Decode one input."""
        t_recv_ns = T0_NS + self.count * STEP_NS
        return codecs.decode(
            self.decoders, [Arrival(feed=self.feed, t_recv_ns=t_recv_ns, data=data)]
        )

    def judge(self, data: bytes, reports: list[Report]) -> bool:
        """Hold what came of an input against what is always true; say if anything was refused."""
        refused = False
        for report in reports:
            if type(report) is Refusal:
                assert report.reason in ALL
                refused = True
            else:
                assert isinstance(report, Report)
                assert not isinstance(report, Detection) or abs(report.t_meas_ns) < 1 << 62
        assert len(reports) < 2 * 4096
        self.count += 1
        if self.count % LOOK_EVERY == 0:
            assert len(encode_state(self.decoders)) < STATE_BYTES_MAX
        return refused


@dataclass
class Traceless(UnderFire):
    """One whose memory no message may change that is refused: single messages alone come."""

    refused: int = 0

    def __post_init__(self) -> None:
        UnderFire.__post_init__(self)
        self.corpus = singles_of(self.name)
        self._begin()

    def _begin(self) -> None:
        self.decoders = self.fresh()
        for data in self.corpus:
            self.read(data)
        self.untouched = self._memory()

    def _memory(self) -> bytes:
        """Encode what is remembered of what was believed.

        Without what is no belief: when we last answered, and the clock of who relays.
        """
        decoder = self.decoders.feeds[self.feed]
        if decoder.conversation is not None:
            decoder.conversation.answers, decoder.conversation.error_ns = [], 0
            for node in decoder.conversation.nodes.values():
                node.asked_ns = 0
        if decoder.drones is not None:
            decoder.drones.clocks.clear()
        if decoder.receiver is not None:
            decoder.receiver.clock = Clock()
        memory = (decoder.receiver, decoder.listener, decoder.drones, decoder.hangar)
        return encode_state((*memory, decoder.conversation, self.decoders.radars))

    def judge(self, data: bytes, reports: list[Report]) -> bool:
        """Hold the memory against what it was, if the input was refused."""
        self.count += 1
        _forget_half(self.decoders.feeds[self.feed])
        is_alone = b"}}" not in data.removesuffix(b"\n")[:-1] and not data.startswith(
            tuple(self.corpus)
        )
        is_alone &= self.feed not in BY_LINES or b"\n" not in data[:-1]
        is_refused = is_alone and bool(reports) and all(_is_whole(r) for r in reports)
        if is_refused:
            assert self._memory() == self.untouched, data
            self.refused += 1
        else:
            self.untouched = self._memory()
        if self.count % BEGIN_EVERY == 0:
            self._begin()
        return is_refused


def _is_whole(report: Report) -> bool:
    """Say whether a report refuses a whole input, not what lies beside a message in it."""
    return isinstance(report, Refusal) and not BESIDE.search(f"{report.reason}: {report.detail}")


def _forget_half(decoder: codecs.FeedDecoder) -> None:
    """Each input is a message of its own: what is left of one is no beginning of the next."""
    decoder.pending = b""
    decoder.lines.pending, decoder.lines.skipping = b"", False


def change_one(source: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Change one message so that it stays one: nothing is doubled or joined."""
    return mutate(source, corpus, SMALL)
