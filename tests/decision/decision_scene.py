"""An air base at the origin, two simulated effectors, and tracks set down by hand."""

import itertools
import math

import numpy as np

from vedette import decision
from vedette.config.site import Asset, Decision, Effector, Reference, Sensor, Site, Wind
from vedette.model import commands as say
from vedette.model.enums import (
    Identity,
    Mode,
    ObjectClass,
    Role,
    TrackStatus,
    WeaponsControl,
)
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.tracks import TrackTable, empty_tracks

S = 1_000_000_000
T0 = 1_641_254_400 * S
AUTHORITY = (Role.OPERATOR, Role.ENGAGEMENT_AUTHORITY)


def base(weapons_control: WeaponsControl = WeaponsControl.TIGHT) -> Site:
    place = {"lat_deg": 33.8, "lon_deg": 42.4, "hae_m": 180.0}
    return Site(
        schema=1,
        name="Test",
        mode=Mode.SIMULATED,
        reference=Reference(**place),
        assets=[Asset(id="barracks", name="Barracks", lat_deg=33.8, lon_deg=42.4)],
        sensors=[Sensor(id="radar-1", kind="radar_3d", **place)],
        effectors=[
            Effector(id="near", name="NEAR", simulated=True, range_max_m=4_000.0, **place),
            Effector(id="far", name="FAR", simulated=True, range_max_m=12_000.0, **place),
        ],
        wind=Wind(from_deg=270.0, speed_mps=5.0),
        decision=Decision(weapons_control=weapons_control),
    )


class Scene:
    """Tracks fly straight on; each step of `dt` moves the clock and measures them."""

    def __init__(self, site: Site) -> None:
        self.state = decision.start(site)
        self.now_ns = T0
        self.flown: dict[int, np.ndarray] = {}
        self.measured_ns: dict[int, int] = {}
        self.identities: dict[int, IdentityRecord] = {}
        self.threats: dict[int, Threat] = {}
        self.warnings, self.sources = {}, {}
        self.unseen: set[int] = set()
        self.numbers = itertools.count(1)

    def put(
        self,
        track_id: int,
        north_m: float = 8_000.0,
        east_m: float = 0.0,
        up_m: float = 300.0,
        v_north_mps: float = -45.0,
        identity: Identity = Identity.HOSTILE,
        object_class: ObjectClass = ObjectClass.FIXED_WING_UAS,
        reach_prob: float = 0.9,
    ) -> None:
        self.flown[track_id] = np.array([east_m, north_m, up_m, 0.0, v_north_mps, 0.0])
        self.measured_ns[track_id] = self.now_ns
        record = IdentityRecord(track_id=track_id, identity=identity, object_class=object_class)
        record.class_prob = {object_class: 0.9}
        self.identities[track_id] = record
        if identity in (Identity.UNKNOWN, Identity.PENDING, Identity.SUSPECT, Identity.HOSTILE):
            self.threats[track_id] = self._threat(track_id, reach_prob)

    def _threat(self, track_id: int, reach_prob: float) -> Threat:
        flown = self.flown[track_id]
        range_m, closing = float(np.hypot(*flown[:2])), -float(flown[4])
        return Threat(
            track_id=track_id,
            asset_id="barracks",
            range_m=range_m,
            closing_mps=closing,
            cpa_m=10.0,
            cpa_s=range_m / max(1.0, abs(closing)),
            arrival_s=range_m / max(1.0, abs(closing)),
            arrival_sigma_s=3.0,
            straight_sigma_s=3.0,
            reach_prob=reach_prob,
        )

    def lose(self, track_id: int) -> None:
        for held in (self.flown, self.measured_ns, self.identities, self.threats):
            held.pop(track_id, None)

    def table(self) -> TrackTable:
        table = empty_tracks(32, 1)
        table.count, table.t_ns = len(self.flown), self.now_ns
        for i, track_id in enumerate(sorted(self.flown)):
            table.track_id[i] = track_id
            table.state_enu[i] = self.flown[track_id]
            table.cov_enu[i] = np.diag([25.0, 25.0, 100.0, 1.0, 1.0, 1.0])
            table.existence_prob[i] = 1.0
            table.status[i] = TrackStatus.CONFIRMED
            table.started_ns[i] = T0
            table.updated_ns[i] = self.measured_ns[track_id]
            table.sensor_updated_ns[i] = self.measured_ns[track_id]
            table.height_observed[i] = 1
        return table

    def step(self, *commands, dt: float = 0.5):
        self.now_ns += round(dt * S)
        for track_id, flown in self.flown.items():
            flown[:3] += flown[3:] * dt
            if track_id not in self.unseen:
                self.measured_ns[track_id] = self.now_ns
        for track_id, threat in self.threats.items():
            self.threats[track_id] = self._threat(track_id, threat.reach_prob)
        threats = [self.threats[k] for k in sorted(self.threats)]
        return decision.advance(
            self.state, self.table(), self.identities, threats, commands, self.now_ns
        )

    def run(self, duration_s: float):
        return [event for _ in range(round(duration_s * 2)) for event in self.step()]

    def queue(self, threats=None):
        threats = threats or [self.threats[k] for k in sorted(self.threats)]
        return decision.queue(
            self.state, self.identities, threats, self.warnings, self.sources, self.now_ns
        )

    def option(self, track_id: int = 7, effector_id: str = "far"):
        found = [
            o for o in self.state.options if o.track_id == track_id and o.effector_id == effector_id
        ]
        return found[0] if found else None

    def by(self, person: str = "Reyes", roles=AUTHORITY, session: str | None = None) -> dict:
        return {
            "command_id": f"c{next(self.numbers)}",
            "person": person,
            "roles": tuple(roles),
            "session": session or f"session of {person}",
            "t_recv_ns": self.now_ns,
        }

    def authorise(self, person: str = "Reyes", track_id: int = 7, effector_id="far", **who):
        option = self.option(track_id, effector_id)
        digest = option.track_digest if option else "none"
        return say.AuthoriseEngagement(
            track_id=track_id,
            effector_id=effector_id,
            track_digest=digest,
            **self.by(person, **who),
        )

    def hold(self, on: bool = True, **who):
        return say.SetHold(on=on, **self.by(**who))

    def control(self, status: WeaponsControl, reason: str = "orders", **who):
        return say.SetWeaponsControl(status=status, reason=reason, **self.by(**who))

    def effector(self, state: str, engagement_id: int = 1, roles=(Role.EFFECTOR_SIMULATOR,)):
        return say.EffectorReport(
            engagement_id=engagement_id, state=state, **self.by("model", roles)
        )

    def cancel(self, engagement_id: int = 1, **who):
        return say.CancelEngagement(engagement_id=engagement_id, **self.by(**who))

    def outcome(self, outcome, engagement_id: int = 1, **who):
        return say.AssessOutcome(engagement_id=engagement_id, outcome=outcome, **self.by(**who))

    def execute(self, look_s: float = 10.0):
        """Take engagement 1 against track 7 all the way to EXECUTED."""
        self.run(look_s)
        self.step(self.authorise("Reyes"))
        self.step(self.authorise("Okafor"))
        self.step(self.effector("executing"))
        return self.step(self.effector("executed"))

    def bearing_of(self, track_id: int) -> float:
        return math.atan2(self.flown[track_id][0], self.flown[track_id][1])
