"""A recorded morning: two drones, one warning, two engagements, an inscription on a wing."""

import math

import numpy as np
import pytest

from vedette.config.site import Asset, Effector, MapLine, MapPlace, Reference, Site, SiteMap, Zone
from vedette.geo import SiteFrame
from vedette.incident import TrackPoint
from vedette.model import events as past
from vedette.model.enums import Identity, Mode, Outcome, SourceHealth, WarningLevel

S = 1_000_000_000
T0 = 1_641_267_600 * S + 40 * S  # 2022-01-04T03:40:40Z
HOSTILE_NAME = "<script>alert(1)</script>\u202eLund\x00"


def at(seconds: float) -> int:
    return T0 + round(seconds * S)


@pytest.fixture
def base() -> Site:
    place = {"lat_deg": 33.7856, "lon_deg": 42.4412}
    return Site(
        schema=1,
        name="Ain al-Asad (re-enactment)",
        mode=Mode.SIMULATED,
        reference=Reference(**place, hae_m=183.0),
        assets=[
            Asset(id="barracks", name="Barracks", lat_deg=33.7830, lon_deg=42.4480, radius_m=300.0),
            Asset(
                id="line",
                name="Flight line",
                lat_deg=33.7908,
                lon_deg=42.4385,
                polygon=[
                    (33.7925, 42.4305),
                    (33.7902, 42.4470),
                    (33.7886, 42.4464),
                    (33.7909, 42.4299),
                ],
            ),
        ],
        zones=[Zone(id="zone-b", name="Barracks", asset="barracks")],
        effectors=[
            Effector(
                id="launcher-1",
                name="LAUNCHER-1",
                simulated=True,
                range_max_m=5000.0,
                hae_m=183.0,
                **place,
            )
        ],
        map=SiteMap(
            places=[MapPlace(name="Al Baghdadi", lat_deg=33.85, lon_deg=42.55)],
            lines=[MapLine(kind="runway", points=[(33.794, 42.424), (33.788, 42.462)])],
        ),
    )


def flight(site: Site, bearing_deg: float, offset_m: float, start_s: float, end_s: float):
    """Fly at 45 m/s from 15 km towards the reference, `offset_m` to the side."""
    frame = SiteFrame(site.reference)
    out, side = math.radians(bearing_deg), math.radians(bearing_deg + 90.0)
    points = []
    for t in np.arange(start_s, end_s, 0.5):
        range_m = 15_000.0 - 45.0 * (t - start_s)
        east = range_m * math.sin(out) + offset_m * math.sin(side)
        north = range_m * math.cos(out) + offset_m * math.cos(side)
        up = 80.0 + 40.0 * math.sin(t / 30.0)
        lat_deg, lon_deg, hae_m = frame.geo_deg_from_enu(east, north, up)
        points.append(
            TrackPoint(
                t_ns=at(t),
                lat_deg=lat_deg,
                lon_deg=lon_deg,
                hae_m=hae_m,
                v_east_mps=-45.0 * math.sin(out),
                v_north_mps=-45.0 * math.cos(out),
            )
        )
    return points


@pytest.fixture
def paths(base):
    return {
        3: flight(base, 285.0, 0.0, 0.0, 240.0),
        4: flight(base, 285.0, 600.0, 2.0, 262.0),
    }


def started(seconds: float, track_id: int):
    return past.TrackStarted(
        t_ns=at(seconds),
        track_id=track_id,
        lat_deg=33.82,
        lon_deg=42.3,
        hae_m=260.0,
        range_m=14_900.0,
        bearing_deg=285.0,
        sensors=("radar_north", "radar_south"),
    )


def lost(seconds: float, track_id: int, point: TrackPoint):
    return past.TrackLost(
        t_ns=at(seconds),
        track_id=track_id,
        reason="not seen any more",
        lat_deg=point.lat_deg,
        lon_deg=point.lon_deg,
        hae_m=point.hae_m,
        v_east_mps=point.v_east_mps,
        v_north_mps=point.v_north_mps,
        v_up_mps=0.0,
    )


def engagement(key: int, track_id: int, begun_s: float, point: TrackPoint, second: str):
    who = {"engagement_id": key}
    target = {"track_id": track_id, "effector_id": "launcher-1"}
    expires = {"expires_t_ns": at(begun_s + 60.0)}
    return [
        past.EngagementFirstAuthorised(
            t_ns=at(begun_s), person="Reyes", **who, **target, **expires
        ),
        past.EngagementAuthorised(
            t_ns=at(begun_s + 8.0), persons=("Reyes", second), **who, **target, **expires
        ),
        past.EngagementExecuting(t_ns=at(begun_s + 9.0), detail="", **who),
        past.EngagementExecuted(t_ns=at(begun_s + 15.0), detail="", **who),
        past.OutcomeAssessed(
            t_ns=at(begun_s + 21.0),
            track_id=track_id,
            outcome=Outcome.DESTROYED,
            by="track",
            reason="unseen for 5 s, last measured +0 s from the engagement",
            **who,
        ),
        past.DebrisAreaEstimated(
            t_ns=at(begun_s + 21.0),
            track_id=track_id,
            lat_deg=point.lat_deg,
            lon_deg=point.lon_deg,
            semi_major_m=180.0,
            semi_minor_m=90.0,
            orientation_deg=105.0,
            prob=0.9,
            method="ballistic descent with drag from the last measured state",
            **who,
        ),
    ]


@pytest.fixture
def events(paths):
    warned = {
        "warning_id": 1,
        "zone_id": "zone-b",
        "zone_name": "Barracks",
        "reason": "T0003, HOSTILE, fixed-wing drone, would reach Barracks in 262 s",
        "cause": "threat",
        "t_detect_ns": at(0.0),
        "simulated": True,
    }
    told = [
        past.ServiceStarted(t_ns=at(-40.0), version="0.1.0", site="base", site_sha256="0" * 64),
        started(0.0, 3),
        started(2.0, 4),
        started(3.0, 9),
        past.ClassChanged(
            t_ns=at(9.0), track_id=3, object_class="fixed_wing_uas", prob=0.91, reason="speed"
        ),
        past.ClassChanged(
            t_ns=at(11.0), track_id=4, object_class="fixed_wing_uas", prob=0.88, reason="speed"
        ),
        past.TrackAssessed(t_ns=at(40.0), track_id=3, person="Okafor", remark="two of them"),
        past.SourceHealthChanged(
            t_ns=at(55.0), source="radar_south", before=SourceHealth.OK,
            after=SourceHealth.STALE, reason="no status for 12 s",
        ),
        past.WarningRaised(
            t_ns=at(62.0), revision=1, level=WarningLevel.POSSIBLE, track_ids=(3,),
            seconds_left_s=262.0, spoken="Simulation. Drone, west, four minutes. Be ready.",
            **warned,
        ),
        past.WarningDelivered(
            t_ns=at(62.3), warning_id=1, revision=1, channel="display", latency_s=0.21
        ),
        past.WarningAcknowledged(t_ns=at(66.0), warning_id=1, person=HOSTILE_NAME),
        past.IdentityChanged(
            t_ns=at(80.0), track_id=3, before=Identity.UNKNOWN, after=Identity.HOSTILE,
            reason="inbound, no procedure", by="Okafor",
        ),
        past.IdentityChanged(
            t_ns=at(83.0), track_id=4, before=Identity.UNKNOWN, after=Identity.HOSTILE,
            reason="flies with T0003", by="Okafor",
        ),
        past.WarningEscalated(
            t_ns=at(174.0), revision=2, level=WarningLevel.IMMINENT, track_ids=(3, 4),
            seconds_left_s=149.0, spoken="Simulation. Two drones, west, two minutes. Take cover.",
            **warned,
        ),
        *engagement(1, 3, 223.0, paths[3][-1], "Okafor"),
        *engagement(2, 4, 245.0, paths[4][-1], HOSTILE_NAME),
        lost(252.0, 3, paths[3][-1]),
        lost(275.0, 4, paths[4][-1]),
        past.InputRefused(
            t_ns=at(276.0), source="radar_north", reason="bad length", count=3, detail="",
            severity="caution",
        ),
        past.ExhibitAttached(
            t_ns=at(290.0), sha256="ab" * 32, file_name='wing"<img src=x>.jpg',
            media_type="image/jpeg", size_bytes=81_234, description="inscription on a wing",
            person="Lund", taken_t_ns=at(285.0), lat_deg=33.80, lon_deg=42.40, engagement_id=1,
        ),
        past.WarningCleared(
            t_ns=at(330.0), warning_id=1, zone_id="zone-b", person="Lund", reason="both seen down"
        ),
    ]  # fmt: skip
    return sorted(told, key=lambda event: event.t_ns)
