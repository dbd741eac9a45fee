"""Cursor on Target: events in every framing, what they say, and what they may not do."""

import math
import time

import msgspec
import pytest
from cot_world import FRIEND, GROUND, PING, SIGHTING, T0_NS, datagrams, event
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs import cot
from vedette.codecs.cot.event import EVENT_BYTES_MAX
from vedette.codecs.cot.framing import SKIP_OCTETS_MAX
from vedette.codecs.cot.proto import varint
from vedette.codecs.cot.tracks import remarks_of
from vedette.config.site import Asset, Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import Identity, Mode, ObjectClass, TrackStatus
from vedette.model.reports import PositionReport, Refusal
from vedette.model.told import ToldTrack

HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
FORMS = ("xml", "mesh", "stream")


def tak_site(mode=Mode.LIVE, **feed):
    def sensor(name, sigma_m):
        return Sensor(
            id=name, kind="position", cooperative=True, horizontal_sigma_m=sigma_m, **HOME
        )

    return Site(
        schema=1,
        name="tak",
        mode=mode,
        reference=Reference(**HOME),
        sensors=[
            sensor("blue", 15.0), sensor("people", 200.0),
            Sensor(id="others", kind="position", neighbour=True, horizontal_sigma_m=50.0, **HOME),
        ],
        assets=[
            Asset(id="convoy", name="Convoy", lat_deg=33.8, lon_deg=42.4, position_feed="blue",
                  position_id="LEAD")
        ],
        feeds=[Feed(id="tak", kind="cot_udp", port=6969, sensor="blue",
                    **{"sightings_sensor": "people"} | feed)],
    )  # fmt: skip


def heard(data, site=None):
    decoders = codecs.open_decoders(site or tak_site())
    return codecs.decode(decoders, [Arrival(feed="tak", t_recv_ns=T0_NS + 10**9, data=data)])


def only(data, site=None):
    (report,) = heard(data, site)
    return report


# --- events and framings ---
@pytest.mark.parametrize("form", FORMS)
def test_an_event_comes_back_as_it_was_written_in_every_framing(form):
    assert cot.read_frame(cot.write_event(event(), form)) == event()


@given(
    st.floats(-90.0, 90.0), st.floats(-180.0, 180.0), st.floats(-900.0, 90_000.0),
    st.floats(0.0, 4_000.0), st.floats(0.0, 359.99), st.integers(0, 4_102_444_799_999),
)  # fmt: skip
def test_a_round_trip_loses_no_more_than_the_last_decimal_written(
    lat_deg, lon_deg, hae_m, speed_mps, course_deg, t_ms
):
    said = event(
        lat_deg=lat_deg, lon_deg=lon_deg, hae_m=hae_m, speed_mps=speed_mps, course_deg=course_deg,
        time_ns=t_ms * 1_000_000,
    )  # fmt: skip
    for form, place, length in (("xml", 0.5000001e-7, 0.0050001), ("stream", 0.0, 0.0)):
        got = cot.read_frame(cot.write_event(said, form))
        assert abs(got.lat_deg - lat_deg) <= place
        assert abs(got.lon_deg - lon_deg) <= place
        assert abs(got.hae_m - hae_m) <= length
        assert abs(got.speed_mps - speed_mps) <= length
        assert abs(got.course_deg - course_deg) <= length
        assert got.time_ns == said.time_ns


@given(st.text(max_size=200))
def test_any_text_at_all_travels_as_text_and_never_as_markup(text):
    got = cot.read_frame(cot.write_event(event(remarks=text, callsign=text), "xml"))
    proto = cot.read_frame(cot.write_event(event(remarks=text, callsign=text), "mesh"))
    assert (got.uid, got.kind, got.links) == (event().uid, event().kind, event().links)
    assert (proto.uid, proto.links) == (event().uid, event().links)
    if text.isprintable() and text == text.strip():
        assert got.callsign == text
        assert proto.callsign == text


def test_what_is_not_known_is_said_so_and_read_so():
    unknown = event(hae_m=None, ce_m=None, le_m=None, course_deg=None, speed_mps=None)
    text = cot.write_event(unknown, "xml")
    assert b'hae="9999999.0" ce="9999999.0" le="9999999.0"' in text
    for form in FORMS:
        assert cot.read_frame(cot.write_event(unknown, form)) == unknown


def test_a_client_without_compass_says_nan_and_is_still_heard():
    data = FRIEND.replace(b"'90.0'", b"'NaN'").replace(b"'55.0'", b"'NaN'")
    got = cot.read_frame(data)
    assert (got.course_deg, got.speed_mps, got.callsign) == (None, None, "RAVEN 1")


def test_a_stream_in_any_pieces_gives_the_same_frames_and_may_change_its_form():
    events = [event(uid=f"u{k}") for k in range(6)]
    stream = b"".join(
        cot.write_event(e, "xml" if k < 3 else "stream") for k, e in enumerate(events)
    )
    for size in (1, 3, 7, 64, 1_000, len(stream)):
        buffer, frames = cot.StreamBuffer(), []
        for at in range(0, len(stream), size):
            frames += cot.cut(buffer, stream[at : at + size])
        assert [cot.read_frame(frame).uid for frame in frames] == [e.uid for e in events]
        assert buffer == cot.StreamBuffer()


@pytest.mark.parametrize("form", ["xml", "stream"])
def test_an_over_long_event_is_skipped_and_the_next_is_read(form):
    huge = cot.write_event(event(detail_xml="<x>" + "y" * EVENT_BYTES_MAX + "</x>"), form)
    buffer, frames = cot.StreamBuffer(), []
    stream = huge + cot.write_event(event(uid="after"), form)
    for at in range(0, len(stream), 1000):
        frames += cot.cut(buffer, stream[at : at + 1000])
        assert len(buffer.pending) <= EVENT_BYTES_MAX + 1000
    assert frames[0] is None
    assert cot.read_frame(frames[1]).uid == "after"


@pytest.mark.parametrize(
    "data", [b"\xbf" + b"\xff" * 11, b"\xbf" + varint(SKIP_OCTETS_MAX + 1) + b"abc"]
)
def test_a_stream_whose_frames_cannot_be_told_apart_is_lost(data):
    buffer = cot.StreamBuffer()
    assert cot.cut(buffer, data) == [None]
    assert buffer.is_lost
    assert buffer.pending == b""


# --- hostile bytes ---
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 107))
    + b"]><event>&j;</event>"
)
EXTERNAL = b'<!DOCTYPE event [<!ENTITY x SYSTEM "file:///etc/passwd">]><event uid="&x;"></event>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "bad value"),
        (EXTERNAL, "bad value"),
        (b'<!DOCTYPE event SYSTEM "http://127.0.0.1:9/x.dtd"><event></event>', "bad value"),
        (FRIEND.replace(b"&amp;", b"&bomb;"), "bad xml"),
        (b"<event>" + b"<a>" * 2000 + b"</event>", "too deep"),
        (b"<event><detail>" + b"<a/>" * 3000 + b"</detail></event>", "too long"),
        (b"<event" + b" a='b'" * 20_000 + b"/></event>", "too long"),
        (FRIEND.replace(b"encoding='UTF-8'", b"encoding='UTF-16'"), None),
        (FRIEND.replace(b"RAVEN", b"\xff\xfe\xfd"), "bad xml"),
        (FRIEND.replace(b"33.81", b"inf"), "out of range"),
        (FRIEND.replace(b"33.81", b"NaN"), "out of range"),
        (FRIEND.replace(b"33.81", b"9" * 400), "bad value"),
        (FRIEND.replace(b"33.81", b"1_0"), "out of range or value"),
        (FRIEND.replace(b"2022-01-04T00:06", b"2222-01-04T00:06"), "bad time"),
        (FRIEND.replace(b"a-f-A-M-H", b"a f"), "bad value"),
        (FRIEND.replace(b"<point", b"<paint"), "missing item"),
        (b"\xbf\x02\xbf\x00", "bad header"),
        (b"\xbf\x05\x0a", "truncated or length"),
        (b"\xbf\x01\xbf\x0a\xff", "truncated"),
        (b"\xbf\x01\xbf" + b"\x0b" * 9, "bad value"),
        (b"\xbf\x01\xbf" + b"\x18\x01" * 600, "too long"),
        (b"\xbf\x00" * 3000, "bad header"),
        (b"", "empty"),
        (b"   ", "empty"),
    ],
)
def test_hostile_bytes_are_refused_with_a_reason_and_at_once(data, reason):
    begun_s = time.thread_time()
    reports = heard(data)
    assert time.thread_time() - begun_s < 0.1
    if reason is None:  # the encoding is UTF-8 whatever the text says
        assert isinstance(reports[0], PositionReport)
    elif " or " not in reason:
        assert {r.reason for r in reports} <= {reason, "too long", "bad length"}
        assert reports[0].reason == reason
    else:
        assert all(isinstance(r, Refusal) or abs(r.lat_rad) < 1.6 for r in reports)
    assert len(reports) <= 20


def test_xml_within_a_message_cannot_reach_outside_its_detail():
    data = cot.mesh_frame(event(detail_xml="</detail><point lat='1' lon='1'/><detail>"))
    with pytest.raises(RefusedError) as refused:
        cot.read_frame(data)
    assert refused.value.args[0] == "bad xml"


# --- what events say ---
def test_a_friendly_aircraft_is_a_position_report_with_claims_and_no_identity():
    report = only(FRIEND)
    assert isinstance(report, PositionReport)
    assert report.sensor == "blue"
    assert (report.claims.callsign, report.claims.affiliation) == ("RAVEN 1", "friend")
    assert math.isclose(report.v_east_mps, 55.0)
    assert math.isclose(report.v_north_mps, 0.0, abs_tol=1e-9)
    assert (report.hae_m, report.vertical_sigma_m, report.class_prob) == (612.5, None, None)
    assert report.t_meas_ns == T0_NS + 250_000_000


def test_nobody_is_believed_to_be_more_exact_than_the_site_file_says():
    assert only(FRIEND.replace(b"ce='8.0'", b"ce='0.001'")).horizontal_sigma_m == 15.0
    assert only(FRIEND.replace(b"ce='8.0'", b"ce='80.0'")).horizontal_sigma_m == 80.0
    assert only(SIGHTING).horizontal_sigma_m == 200.0


def test_a_sighting_says_what_it_looked_like_and_not_whose_it_is():
    report = only(SIGHTING)
    assert report.sensor == "people"
    assert report.class_prob == {"fixed_wing_uas": 0.6}
    assert report.claims is None
    assert report.hae_m is None
    assert msgspec.structs.asdict(report) == msgspec.structs.asdict(
        only(SIGHTING.replace(b"a-h-A", b"a-f-A"))
    )


def test_a_sighting_without_a_sensor_to_come_in_under_is_refused_by_name():
    report = only(SIGHTING, tak_site(sightings_sensor=None))
    assert isinstance(report, Refusal)
    assert "sightings_sensor" in report.detail


def passed(data, site=None):
    """Give why each event was passed over; whatever was not fails."""
    notes = heard(data, site)
    assert {(note.kind, note.source, note.count) for note in notes} == {("passed", "tak", 1)}
    return [note.detail for note in notes]


def test_friends_on_the_ground_pings_and_chat_are_passed_over_and_counted_by_what_they_are():
    chat = FRIEND.replace(b"a-f-A-M-H", b"b-t-f")
    assert passed(GROUND + PING + chat) == ["on the ground", "ping", "chat"]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("a-f-G-U-C", "on the ground"),
        ("a-h-G", "on the ground"),
        ("a-n-S", "on the water"),
        ("a-u-P", "in space"),
        ("t-x-c-t", "ping"),
        ("t-x-c-t-r", "ping"),
        ("t-x-takp-v", "protocol"),
        ("t-x-d-d", "deletion"),
        ("b-t-f", "chat"),
        ("b-m-r", "route"),
        ("b-m-p-s-m", "point on the map"),
        ("b-a-o-tbl", "alarm of a client"),
        ("b-i-v", "picture or video"),
        ("u-d-f", "drawing"),
        ("y-c-r", "another kind of event"),
    ],
)
def test_what_is_no_air_picture_is_counted_by_what_it_is(kind, why):
    assert passed(cot.write_event(event(kind=kind, how="m-g", opex=""), "mesh")) == [why]


@given(
    kind=st.text("abcdtuy-GASPU", min_size=1, max_size=12),
    how=st.sampled_from(["", "m-g", "h-e", "m-p"]),
)
def test_no_event_vanishes_each_is_a_report_a_refusal_or_passed_over(kind, how):
    site = tak_site(tracks_sensor="others")
    made = event(kind=kind, how=how, opex="")
    reports = heard(cot.write_event(made, "mesh"), site)
    assert len([r for r in reports if getattr(r, "kind", "passed") != "clock"]) == 1


def test_of_a_feed_that_hears_nobody_what_comes_is_counted_too():
    site = tak_site()
    bare = [
        msgspec.structs.replace(feed, sensor=None, sightings_sensor=None) for feed in site.feeds
    ]
    site = msgspec.structs.replace(site, feeds=bare)
    assert passed(FRIEND, site) == ["the feed has no sensor to hear with"]


def test_a_friend_on_the_ground_whom_an_asset_follows_moves_it():
    report = only(GROUND.replace(b"RAVEN 1", b"LEAD"))
    assert (report.sensor, report.claims.callsign) == ("blue", "LEAD")


def test_what_we_said_ourselves_and_what_nobody_sees_now_is_passed_over():
    site = tak_site(tracks_sensor="others")
    own = cot.write_event(event(uid=f"{cot.site_uid(site)}-T0001-1", how="m-g"), "mesh")
    assert passed(own, site) == ["our own event"]
    predicted = event(kind="a-h-A-M-F-Q", how="m-p", opex="")
    assert passed(cot.write_event(predicted, "mesh"), site) == ["predicted: nobody sees it now"]


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "a-f-A", "how": "m-f"},  # a friend, as others have fused it
        {"kind": "a-h-A-M-F-Q", "how": "m-g"},
        {"kind": "a-u-A", "how": "m-r"},
        {"kind": "a-f-A", "how": "m-g", "uid": "vedette-00000000-T0001-1"},
    ],
)
def test_other_systems_tracks_in_the_air_are_a_neighbour_s(said):
    data = cot.write_event(event(opex="", **said), "mesh")
    report = only(data, tak_site(tracks_sensor="others"))
    assert (report.sensor, report.derived) == ("others", True)
    assert report.horizontal_sigma_m >= 50.0
    assert report.claims is None and report.class_prob is None
    assert report.object_ref == event(**said).uid
    refused = only(data)
    assert refused.reason == "unknown sensor" and "tracks_sensor" in refused.detail


def test_a_live_site_refuses_what_is_marked_as_exercise():
    data = cot.write_event(event(kind="a-f-A", how="m-g", opex="e-summer", uid="lead"), "xml")
    assert only(data).reason == "simulated target"
    assert isinstance(only(data, tak_site(Mode.EXERCISE)), PositionReport)


def test_a_client_without_a_satellite_fix_is_not_at_null_island():
    data = FRIEND.replace(b"33.81", b"0.0").replace(b"42.45", b"0.0")
    unknown = data.replace(b"ce='8.0'", b"ce='9999999.0'")
    assert passed(unknown) == ["a client without a satellite fix"]
    assert passed(data) == passed(unknown)  # some clients state an error all the same


def test_a_gateway_of_ads_b_gives_the_address_it_names():
    report = only(FRIEND.replace(b"ANDROID-359975090666199", b"ICAO-4B1A2C"))
    assert report.claims.icao24 == "4b1a2c"


# --- types ---
def test_no_identity_but_hostile_is_told_as_hostile_and_unknown_is_unknown():
    for identity in Identity:
        for object_class in ObjectClass:
            kind = cot.kind_of(identity, object_class, 0.9)
            assert kind.startswith("a-h-A") == (identity is Identity.HOSTILE)
            assert kind.startswith("a-u-A") == (identity is Identity.UNKNOWN)


@pytest.mark.parametrize(
    ("identity", "object_class", "prob", "kind"),
    [
        (Identity.UNKNOWN, ObjectClass.FIXED_WING_UAS, 0.9, "a-u-A-M-F-Q"),
        (Identity.HOSTILE, ObjectClass.MULTIROTOR, 0.9, "a-h-A-M-H-Q"),
        (Identity.NEUTRAL, ObjectClass.FIXED_WING_UAS, 0.9, "a-n-A-C-F-q"),
        (Identity.NEUTRAL, ObjectClass.AEROPLANE, 0.9, "a-n-A-C-F"),
        (Identity.UNKNOWN, ObjectClass.AEROPLANE, 0.9, "a-u-A-C-F"),
        (Identity.FRIEND, ObjectClass.HELICOPTER, 0.9, "a-f-A-M-H"),
        (Identity.ASSUMED_FRIEND, ObjectClass.AEROPLANE, 0.9, "a-a-A-M-F"),
        (Identity.SUSPECT, ObjectClass.FIXED_WING_UAS, 0.4, "a-s-A"),
        (Identity.PENDING, ObjectClass.OTHER, 1.0, "a-p-A"),
        (Identity.UNKNOWN, ObjectClass.BIRD, 0.99, "a-u-A"),
        (Identity.NEUTRAL, ObjectClass.BALLOON, 0.9, "a-n-A-C-L"),
    ],
)
def test_a_type_says_identity_and_class(identity, object_class, prob, kind):
    assert cot.kind_of(identity, object_class, prob) == kind
    if prob > 0.5 and kind.count("-") > 2:
        assert cot.class_of(kind) is object_class


# --- tracks ---
def told(**changes):
    values = {
        "track_id": 7, "t_ns": T0_NS, "started_ns": T0_NS - 60 * 10**9, "updated_ns": T0_NS,
        "status": TrackStatus.CONFIRMED, "lat_deg": 33.8, "lon_deg": 42.5, "hae_m": 400.0,
        "v_east_mps": 30.0, "v_north_mps": -40.0, "v_up_mps": 0.0, "sigma_major_m": 25.0,
        "sigma_minor_m": 10.0, "major_rad": 0.5, "sigma_up_m": 40.0, "height_observed": True,
        "existence_prob": 0.99, "identity": Identity.SUSPECT, "identity_reason": "inbound, silent",
        "object_class": ObjectClass.FIXED_WING_UAS, "class_prob": 0.83, "label": "VED123",
        "sensors": ("radar", "camera"), "mode": Mode.LIVE,
    }  # fmt: skip
    return ToldTrack(**(values | changes))


def test_a_track_is_told_with_its_doubt_its_course_and_its_reasons():
    got = cot.track_event(told(), "uid", 2.0)
    assert (got.kind, got.how, got.opex) == ("a-s-A-M-F-Q", "m-f", "")
    assert (got.ce_m, got.le_m, got.hae_m) == (25.0, 40.0, 400.0)
    assert got.stale_ns - got.time_ns == 6 * 10**9
    assert math.isclose(got.speed_mps, 50.0)
    assert math.isclose(got.course_deg, 180.0 - math.degrees(math.atan2(3.0, 4.0)))
    assert got.remarks == (
        "SUSPECT: inbound, silent. fixed-wing drone (83%). claims VED123. seen by radar, camera."
    )


@pytest.mark.parametrize("mode", [Mode.SIMULATED, Mode.EXERCISE, Mode.REPLAY])
def test_what_is_not_live_is_marked_on_the_map_in_the_remarks_and_in_opex(mode):
    got = cot.track_event(told(mode=mode), "uid", 1.0)
    assert got.remarks.startswith(mode.value)
    assert got.callsign != "T0007"
    assert got.callsign.endswith("T0007")
    assert got.opex
    assert got.how == "m-s"


def test_a_height_nobody_saw_is_not_told():
    got = cot.track_event(told(height_observed=False), "uid", 1.0)
    assert (got.hae_m, got.le_m) == (None, None)
    assert "height not observed" in remarks_of(told(height_observed=False))


def test_a_tracks_uid_is_its_own_and_another_recordings_is_another():
    site = tak_site()
    prefix = cot.site_uid(site)
    assert cot.track_uid(prefix, 7, T0_NS) == cot.track_uid(prefix, 7, T0_NS)
    other = msgspec.structs.replace(site, name="other")
    uids = {
        cot.track_uid(prefix, 7, T0_NS),
        cot.track_uid(prefix, 8, T0_NS),
        cot.track_uid(prefix, 7, T0_NS + 3600 * 10**9),
        cot.track_uid(cot.site_uid(other), 7, T0_NS),
    }
    assert len(uids) == 4


def test_a_deleted_track_is_told_with_its_uid_as_a_link():
    text = cot.write_event(cot.deleted_event("u-1", "a-u-A", Mode.LIVE, T0_NS), "xml")
    assert b'type="t-x-d-d"' in text
    assert cot.read_frame(text).links == ("u-1",)


# --- files ---
def test_a_file_of_events_is_judged_event_by_event():
    assert codecs.check("cot", FRIEND + PING).accepted
    assert codecs.check("cot", b"".join(cot.stream_frame(event()) for _ in range(3))).accepted
    verdict = codecs.check("cot", FRIEND + FRIEND.replace(b"33.81", b"133.81"))
    assert verdict.reason.startswith("event 2: out of range")
    assert not codecs.check("cot", FRIEND[:-3]).accepted
    assert all(codecs.check("cot", data).accepted for data in datagrams())
