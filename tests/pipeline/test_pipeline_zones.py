"""A zone drawn while the site runs, through the whole pipeline: warned, ended, replayed."""

import math

import numpy as np

from vedette import pipeline
from vedette.config.site import Asset, Effector, Reference, Sensor, Site, Zone
from vedette.geo import SiteFrame
from vedette.model.commands import OrderCover, RemoveZone, SetZone
from vedette.model.enums import Identity, Mode, Role
from vedette.model.events import WarningCleared, WarningRaised, ZoneRemoved, ZoneSet
from vedette.model.reports import Plot
from vedette.record.digests import digest
from vedette.record.state import decode_state, encode_state, unfaithful
from vedette.server.columns import target_ids, track_columns, track_rows

NS = 1_000_000_000
T0 = 1_641_267_600 * NS
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
RADAR = Sensor(id="radar", kind="radar_3d", range_sigma_m=15.0, azimuth_sigma_deg=0.2, **HOME)
SITE = Site(
    schema=1, name="ours", mode=Mode.SIMULATED, reference=Reference(**HOME), sensors=[RADAR],
    assets=[Asset(id="gate", name="Gate", lat_deg=33.8, lon_deg=42.44)],
    zones=[Zone(id="gate", name="Gate", asset="gate")],
    effectors=[
        Effector(id="gun", name="Gun", simulated=True, range_max_m=4_000.0, **HOME)
    ],
)  # fmt: skip
FRAME = SiteFrame(SITE.reference)
HUTS = (9_000.0, 9_000.0)  # a camp 13 km north-east of the gate; the drone flies north, at it
PAST = (9_000.0, -4_000.0, 300.0)


def square(middle=HUTS, half_m=150.0):
    east, north = middle
    corners = [(-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m)]
    places = [FRAME.geo_deg_from_enu(east + e, north + n, 0.0) for e, n in corners]
    return tuple((float(lat), float(lon)) for lat, lon, _ in places)


def flying_north(second):
    return np.array(PAST) + np.array((0.0, 45.0, 0.0)) * second


def circling(second):
    turn = 45.0 * second / 1_500.0
    east, north = HUTS
    return np.array((east + 1_500.0 * math.cos(turn), north + 1_500.0 * math.sin(turn), 300.0))


class Watch:
    """The centre, stepped once a second while a drone flies at what nobody has drawn yet."""

    def __init__(self):
        self.line = pipeline.assemble(SITE)
        self.state, self.second, self.rng = pipeline.start(self.line), 0, np.random.default_rng(5)
        self.events, self.digests, self.where = [], [], flying_north

    def step(self, *commands):
        self.second += 1
        now_ns = T0 + self.second * NS
        inputs = pipeline.Inputs((), list(commands))
        plots = [self.plot(now_ns)]
        self.state, self.picture = pipeline.advance(self.line, self.state, plots, inputs, now_ns)
        self.events += self.picture.events
        self.digests.append(digest(self.picture))
        return self.picture.events

    def plot(self, now_ns):
        east, north, up = self.where(self.second)
        reach = math.hypot(east, north, up)
        azimuth = math.atan2(east, north) + math.radians(0.2) * self.rng.standard_normal()
        return Plot(
            sensor="radar", t_meas_ns=now_ns, t_recv_ns=now_ns,
            range_m=reach + 15.0 * self.rng.standard_normal(), azimuth_rad=azimuth % (2 * math.pi),
            elevation_rad=math.asin(up / reach),
        )  # fmt: skip

    def say(self, kind, **fields):
        roles = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY)
        return kind(
            command_id=f"c{self.second}", person="A. Watch", roles=roles, session="s",
            t_recv_ns=T0 + self.second * NS, reason="as I say", **fields,
        )  # fmt: skip

    def draw(self, **fields):
        wanted = {
            "zone_id": "huts", "name": "Huts", "asset_id": "gate", "take_cover_s": 30.0,
            "polygon": square(), "possible_s": 200.0,
        } | fields  # fmt: skip
        return self.say(SetZone, **wanted)

    def told(self, kind, zone_id="huts"):
        return [e for e in self.events if isinstance(e, kind) and e.zone_id == zone_id]


def flown(seconds=190, drawn_at=40, watch=None):
    watch = watch or Watch()
    while watch.second < seconds:
        acts = [watch.draw()] if watch.second == drawn_at else []
        watch.step(*acts)
        yield watch


def last(scenes):
    return list(scenes)[-1]


def test_a_drone_on_course_to_a_zone_drawn_just_now_warns_it_and_without_it_nobody():
    without = last(flown(drawn_at=-1))
    assert without.told(WarningRaised) == []
    watch = last(flown())
    (drawn,) = watch.told(ZoneSet)
    assert (drawn.change, drawn.person) == ("drawn", "A. Watch")
    (raised,) = watch.told(WarningRaised)
    assert raised.zone_name == "Huts"
    assert "would reach Huts" in raised.reason
    left_s = (HUTS[1] - 150.0 - PAST[1]) / 45.0 - (raised.t_ns - T0) / NS
    assert abs(raised.seconds_left_s - left_s) < 0.1 * left_s
    assert raised.seconds_left_s > 30.0
    (threat,) = [t for t in watch.picture.threats if t.zone_id == "huts"]
    assert threat.asset_id == "gate" and threat.asset_name == "Huts"
    assert threat.reach_prob > 0.5
    columns, labels = track_columns(watch.picture, FRAME, {"gate": 0})
    (row,) = track_rows(columns, labels, target_ids(["gate"], watch.picture))
    assert (row["threat_asset"], row["arrival_asset"]) == ("zone:huts", "zone:huts")
    assert abs(row["arrival_s"] - threat.arrival_s) < 0.01


def test_what_circles_over_a_large_zone_warns_it_wherever_its_middle_is():
    watch = Watch()
    watch.where = circling
    while watch.second < 120:
        acts = [watch.draw(polygon=square(half_m=5_000.0))] if watch.second == 30 else []
        watch.step(*acts)
    (raised,) = watch.told(WarningRaised)
    assert raised.t_ns - T0 < 65 * NS
    asked = [item for item in watch.picture.queue if item.kind == "assess"]
    assert "over Huts now" in asked[0].reason
    (warning,) = watch.picture.warnings
    assert any("STILL COMES" in line for line in warning.grounds)


def test_the_drawn_zone_is_asked_about_identified_by_and_kept_free_of_debris():
    watch = last(flown())
    (number,) = watch.picture.identities
    ledger = watch.picture.identities[number].ledger
    assert any(item.text == "steadily heads for Huts" for item in ledger)
    assert any("from Huts" in item.reason for item in watch.picture.queue)
    assert watch.state.decision.zone_discs[0][0] == "Huts"


def test_removed_it_warns_no_more_and_people_there_are_told_the_end():
    watch = last(flown())
    (raised,) = watch.told(WarningRaised)
    (refused,) = watch.step(watch.say(RemoveZone, zone_id="huts", revision=1))
    assert refused.reason.startswith("a warning is open for Huts")
    watch.step(watch.say(RemoveZone, zone_id="huts", revision=1, all_clear=True))
    (removed,) = watch.told(ZoneRemoved)
    (cleared,) = watch.told(WarningCleared)
    assert cleared.person == removed.person == "A. Watch"
    assert (cleared.warning_id, cleared.zone_name) == (raised.warning_id, "Huts")
    assert cleared.reason == "the zone was removed: as I say"
    assert cleared.revision > raised.revision
    assert watch.picture.warnings == []
    for _ in range(60):
        watch.step()
    assert len(watch.told(WarningRaised)) == 1
    assert not any(t.zone_id for t in watch.picture.threats)
    (refused,) = [
        e
        for e in watch.step(watch.say(OrderCover, zone_id="huts"))
        if type(e).__name__ == "CommandRefused"
    ]
    assert refused.reason == "there is no zone 'huts'"


def test_a_changed_zone_keeps_its_open_warning_until_a_human_ends_it():
    watch = last(flown())
    assert len(watch.picture.warnings) == 1
    away = square((-9_000.0, -9_000.0))
    watch.step(watch.draw(revision=1, polygon=away))
    for _ in range(30):
        watch.step()
    assert [w.zone_id for w in watch.picture.warnings] == ["huts"]
    assert watch.told(WarningCleared) == []


def test_what_people_drew_is_done_again_to_the_bit_and_survives_a_restart():
    whole = last(flown())
    for watch in flown():
        if watch.second == 100:
            assert unfaithful(watch.state, pipeline.State) == ""
            watch.state = decode_state(encode_state(watch.state), pipeline.State)
    assert watch.digests == whole.digests
    assert watch.digests[39] == last(flown(45, -1)).digests[39]
    assert watch.digests[41] != last(flown(45, -1)).digests[41]
    assert Identity.FRIEND not in {r.identity for r in watch.picture.identities.values()}
