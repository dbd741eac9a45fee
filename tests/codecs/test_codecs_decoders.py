"""The decoders of a site: streams in pieces, notes, bounds, snapshots; captures; check."""

import pytest
from codecs_feeds import corpus_of
from codecs_world import (
    REPORTS,
    T0_NS,
    asterix_datagrams,
    beast_stream,
    detection_text,
    ethernet,
    good_files,
    pcap_bytes,
    pcapng_bytes,
    sbs_text,
)

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs import capture
from vedette.codecs.decoders import REFUSALS_MAX, Decoders
from vedette.model.arrivals import Arrival
from vedette.model.reports import Plot, PositionReport, Refusal, SourceNote
from vedette.record.state import decode_state, encode_state, unfaithful


def arrival(feed, data=b"", kind="data", count=0, t_recv_ns=T0_NS):
    return Arrival(feed=feed, t_recv_ns=t_recv_ns, kind=kind, data=data, count=count)


def test_a_line_may_come_in_pieces(site):
    decoders, found = codecs.open_decoders(site), []
    for octet in detection_text():
        found += codecs.decode(decoders, [arrival("f-tcp", bytes([octet]))])
    assert len(found) == len(REPORTS)


def test_a_new_connection_forgets_half_a_line(site):
    decoders = codecs.open_decoders(site)
    found = codecs.decode(
        decoders,
        [
            arrival("f-tcp", b'{"half'),
            arrival("f-tcp", kind="closed"),
            arrival("f-tcp", kind="opened"),
            arrival("f-tcp", detection_text()),
        ],
    )
    assert [r.kind for r in found if isinstance(r, SourceNote)] == ["closed", "opened"]
    assert not [r for r in found if isinstance(r, Refusal)]


def test_after_a_gap_the_next_whole_line_is_read(site):
    decoders, text = codecs.open_decoders(site), detection_text()
    found = codecs.decode(
        decoders,
        [
            arrival("f-tcp", text[:40]),
            arrival("f-tcp", kind="shed", count=3),
            arrival("f-tcp", b'ost of a line"}\n' + text),
        ],
    )
    assert found[0] == SourceNote(source="f-tcp", t_recv_ns=T0_NS, kind="shed", count=3)
    assert len(found) == 1 + len(REPORTS)


def test_an_endless_line_is_refused_once_and_not_kept(site):
    decoders, found = codecs.open_decoders(site), []
    for _ in range(100):
        found += codecs.decode(decoders, [arrival("f-tcp", b"x" * 10_000)])
    found += codecs.decode(decoders, [arrival("f-tcp", b"\n" + detection_text())])
    assert [r.reason for r in found if isinstance(r, Refusal)] == ["too long"]
    assert len(found) == 1 + len(REPORTS)
    assert len(decoders.feeds["f-tcp"].lines.pending) < 5_000


def test_a_flood_of_refusals_is_counted_not_listed(site):
    found = codecs.decode(codecs.open_decoders(site), [arrival("http", b"{}\n" * 5_000)])
    assert len(found) == REFUSALS_MAX + 1
    assert sum(refusal.count for refusal in found) == 5_000


def test_an_unknown_feed_is_refused(site):
    (refusal,) = codecs.decode(codecs.open_decoders(site), [arrival("nobody", b"x")])
    assert refusal.source == "nobody"


def test_the_open_doors_take_detections(site):
    for door in ("http", "websocket"):
        found = codecs.decode(codecs.open_decoders(site), [arrival(door, detection_text())])
        assert len(found) == len(REPORTS)


def test_decoders_saved_in_the_middle_go_on_as_if_nothing_had_happened(site):
    decoders = codecs.open_decoders(site)
    stream = beast_stream() * 2
    start = [arrival("f-beast", stream[:100]), arrival("f-tcp", detection_text()[:50])]
    codecs.decode(decoders, [*start, arrival("f-sbs", sbs_text()[:70])])
    assert unfaithful(decoders, Decoders) == ""
    again = decode_state(encode_state(decoders), Decoders)
    assert again == decoders
    rest = [arrival("f-beast", stream[100:]), arrival("f-tcp", detection_text()[50:])]
    expected = codecs.decode(decoders, rest)
    assert codecs.decode(again, rest) == expected
    assert any(isinstance(r, PositionReport) for r in expected)
    assert again == decoders


@pytest.mark.parametrize("order", ["<", ">"])
def test_captures_give_their_datagrams_and_times(order):
    payloads = asterix_datagrams()
    base_ns = 1_641_254_400 * 10**9
    micro = list(capture.datagrams(pcap_bytes(payloads, order=order)))
    nano = list(capture.datagrams(pcap_bytes(payloads, True, order)))
    ng = list(capture.datagrams(pcapng_bytes(payloads, order)))
    assert [d.payload for d in micro] == [d.payload for d in ng] == payloads
    assert [d.t_ns - base_ns for d in micro] == [1000, 2000, 3000]
    assert [d.t_ns - base_ns for d in nano] == [1, 2, 3]
    assert [d.t_ns - T0_NS for d in ng] == [0, 1, 2]


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (101, b""),
        (228, b""),
        (0, b"\x02\0\0\0"),
        (113, bytes(14) + b"\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
    ],
)
def test_other_links_carry_datagrams_too(link, head):
    packet = capture.Packet(0, 0, link, head + ethernet(b"abc")[14:])
    assert capture.udp_of(packet).payload == b"abc"


def test_fragments_are_refused_and_other_traffic_is_passed_over():
    frame = bytearray(ethernet(b"abc"))
    frame[20] = 0x20
    assert capture.udp_of(capture.Packet(0, 0, 1, bytes(frame))).reason == "fragment"
    frame[20], frame[23] = 0, 6
    assert capture.udp_of(capture.Packet(0, 0, 1, bytes(frame))) is None


def test_everything_the_stage_offers_is_there_when_it_is_asked_for():
    for name in codecs.__all__:
        assert getattr(codecs, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        codecs.nothing  # noqa: B018


FILES = {name: files[0] for name, files in good_files().items()}
FILES["ast"] = b"".join(asterix_datagrams())
SAVED = {"aircraft.json": "aircraft.json", "dronescout": "DroneScout, JSON", "mavlink": "MAVLink"}
GOOD = {
    **FILES,
    "asterix": FILES["ast"],
    "jsonl": FILES["detections"],
    **{name: corpus_of(feed)[1][0] for name, feed in SAVED.items()},
}


@pytest.mark.parametrize("name", codecs.FORMATS)
def test_a_good_file_is_accepted_and_a_cut_one_is_not(name):
    assert codecs.check(name, GOOD[name]) == codecs.Verdict(True, "")
    assert not codecs.check(name, b"").accepted
    cut = codecs.check(name, GOOD[name][:-7])
    assert not cut.accepted and cut.reason


@pytest.mark.parametrize("name", codecs.FORMATS)
def test_one_format_is_not_another(name):
    others = {
        "asterix": {"ast", "pcap", "pcapng"},
        "detections": {"jsonl"},
        "jsonl": {"detections"},
        "ast": {"asterix"},
    }
    for other, data in GOOD.items():
        if other != name and other not in others.get(name, set()):
            assert not codecs.check(name, data).accepted, (name, other)


def test_a_verdict_names_the_place():
    good = detection_text()
    bad = good + b'{"sensor":"r","t_ns":1,"foo":1}\n'
    line = good.count(b"\n") + 1
    assert codecs.check("detections", bad).reason == f"line {line}: unknown key: 'foo'"
    with pytest.raises(RefusedError, match="unknown format 'mpeg'"):
        codecs.check("mpeg", b"x")


def test_real_files_are_judged(shared_data):
    def judge(name, path):
        return codecs.check(name, (shared_data / path).read_bytes())

    assert judge("pcap", "asterix/croatia_cat034_048.pcap").accepted
    assert judge("asterix", "asterix/croatia_cat034_048.pcap").accepted
    assert judge("beast", "adsb/ulss7_beast_20180403.beast").accepted
    assert judge("pcap", "asterix/croatia_cat062_065.pcap").accepted
    assert judge("sbs", "adsb/ulss7_beast_decoded_sbs.txt").reason.startswith("line 8624")


def test_plots_come_out_of_every_door(site):
    decoders = codecs.open_decoders(site)
    found = codecs.decode(
        decoders,
        [
            arrival("f-asterix", data, t_recv_ns=T0_NS + k)
            for k, data in enumerate(asterix_datagrams())
        ],
    )
    assert sum(isinstance(r, Plot) for r in found) == 8
