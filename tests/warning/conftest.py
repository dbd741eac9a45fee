"""A barracks at the origin and tracks set down by hand: what the warning stage sees."""

import math

import numpy as np
import pytest

from vedette import warning
from vedette.config.site import Asset, Reference, Site, Zone
from vedette.model.commands import AcknowledgeWarning, AllClear, OrderCover
from vedette.model.enums import Identity, Mode, ObjectClass, Role, TrackStatus
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.tracks import TrackTable, empty_tracks

S = 1_000_000_000
T0 = 1_641_254_400 * S


def site(mode: Mode = Mode.SIMULATED, **zone: float) -> Site:
    return Site(
        schema=1,
        name="Test",
        mode=mode,
        reference=Reference(lat_deg=33.8, lon_deg=42.4, hae_m=180.0),
        assets=[Asset(id="barracks", name="Barracks", lat_deg=33.8, lon_deg=42.4)],
        zones=[Zone(id="zone-1", name="Barracks", asset="barracks", **zone)],
    )


class Scene:
    """Tracks that fly straight at the barracks; every step moves the clock."""

    def __init__(self, site_: Site) -> None:
        self.state = warning.start(site_)
        self.now_ns = T0
        self.tracks: TrackTable = empty_tracks(32, 1)
        self.identities: dict[int, IdentityRecord] = {}
        self.threats: dict[int, Threat] = {}
        self.commands_sent = 0
        self.listed = sorted  # in which threats are listed

    def put(
        self,
        track_id: int,
        arrival_s: float,
        identity: Identity = Identity.HOSTILE,
        object_class: ObjectClass = ObjectClass.FIXED_WING_UAS,
        reach_prob: float = 0.9,
        closing_mps: float = 45.0,
        bearing_deg: float = 315.0,
        assessed_by: str | None = None,
        dismissed_by: str | None = None,
        class_prob: float = 0.9,
    ) -> None:
        range_m = arrival_s * 45.0
        bearing = math.radians(bearing_deg)
        record = IdentityRecord(track_id=track_id, identity=identity, object_class=object_class)
        record.class_prob = {object_class: class_prob}
        record.assessed_by, record.dismissed_by = assessed_by, dismissed_by
        self.identities[track_id] = record
        self.threats[track_id] = Threat(
            track_id=track_id,
            asset_id="barracks",
            range_m=range_m,
            closing_mps=closing_mps,
            cpa_m=50.0,
            cpa_s=arrival_s,
            arrival_s=arrival_s,
            arrival_sigma_s=3.0,
            straight_sigma_s=3.0,
            reach_prob=reach_prob,
        )
        self._row(track_id, range_m, bearing)

    def _row(self, track_id: int, range_m: float, bearing_rad: float) -> None:
        ids = sorted(self.threats)
        started = {
            int(self.tracks.track_id[i]): int(self.tracks.started_ns[i])
            for i in range(self.tracks.count)
        }
        states = {
            int(self.tracks.track_id[i]): self.tracks.state_enu[i].copy()
            for i in range(self.tracks.count)
        }
        east, north = math.sin(bearing_rad), math.cos(bearing_rad)
        states[track_id] = np.array(
            [east * range_m, north * range_m, 200.0, -45.0 * east, -45.0 * north, 0.0]
        )
        self.tracks.count = len(ids)
        for i, key in enumerate(ids):
            self.tracks.track_id[i] = key
            self.tracks.state_enu[i] = states[key]
            self.tracks.started_ns[i] = started.get(key, self.now_ns)
            self.tracks.existence_prob[i] = 0.99
            self.tracks.status[i] = TrackStatus.CONFIRMED

    def lose(self, track_id: int) -> None:
        del self.threats[track_id]
        del self.identities[track_id]
        keep = [i for i in range(self.tracks.count) if self.tracks.track_id[i] != track_id]
        for name in ("track_id", "state_enu", "started_ns", "existence_prob", "status"):
            column = getattr(self.tracks, name)
            column[: len(keep)] = column[keep]
        self.tracks.count = len(keep)

    def step(self, step_s: float = 0.25, commands=(), deliveries=()):
        self.now_ns += round(step_s * S)
        for key, threat in self.threats.items():
            arrival_s = threat.arrival_s - step_s
            self.threats[key] = Threat(
                **{
                    **{f: getattr(threat, f) for f in threat.__struct_fields__},
                    "arrival_s": arrival_s,
                }
            )
        self.tracks.state_enu[: self.tracks.count, :3] += (
            self.tracks.state_enu[: self.tracks.count, 3:] * step_s
        )
        self.tracks.t_ns = self.now_ns
        return warning.advance(
            self.state,
            self.tracks,
            self.identities,
            [self.threats[k] for k in self.listed(self.threats)],
            commands,
            deliveries,
            self.now_ns,
        )

    def run(self, duration_s: float, step_s: float = 0.25):
        events = []
        for _ in range(round(duration_s / step_s)):
            events += self.step(step_s)
        return events

    def _who(self, roles) -> dict:
        self.commands_sent += 1
        return {
            "command_id": f"c{self.commands_sent}",
            "person": "Reyes",
            "roles": roles,
            "session": "s1",
            "t_recv_ns": self.now_ns,
        }

    def acknowledge(self, warning_id: int, roles=(Role.OPERATOR,)) -> AcknowledgeWarning:
        return AcknowledgeWarning(warning_id=warning_id, **self._who(roles))

    def all_clear(self, reason: str = "wreckage seen", roles=(Role.OPERATOR,)) -> AllClear:
        return AllClear(zone_id="zone-1", reason=reason, **self._who(roles))

    def order(self, reason: str = "heard it", roles=(Role.OPERATOR,)) -> OrderCover:
        return OrderCover(zone_id="zone-1", reason=reason, **self._who(roles))


@pytest.fixture
def make_scene():
    """Give a maker of scenes: make_scene(mode, zone keys...)."""

    def make(mode: Mode = Mode.SIMULATED, **zone: float) -> Scene:
        return Scene(site(mode, **zone))

    return make


@pytest.fixture
def scene(make_scene) -> Scene:
    """Give a simulated scene with the zone's default thresholds."""
    return make_scene()
