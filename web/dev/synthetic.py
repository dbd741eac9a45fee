"""A synthetic picture for work on the display: invented tracks through the real later stages.

Tracks and identities are made up; threat, warning, decision, the accounts and the server are the
real ones, so that the page meets the real wire. `python web/dev/synthetic.py [--port N]`; the
scene begins with two drones inbound; `--at S` begins it S seconds in, `--calm` leaves them out.
"""

import argparse
import asyncio
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vedette import decision, threat, warning
from vedette.base.measures import Measures
from vedette.config.load import load_site
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import (
    AssessTrack,
    Command,
    Delivery,
    DismissTrack,
    IdentifyTrack,
)
from vedette.model.enums import Identity, ObjectClass, SourceHealth, TrackStatus
from vedette.model.events import (
    Event,
    IdentityChanged,
    TrackAssessed,
    TrackDismissed,
    TrackStarted,
)
from vedette.model.picture import (
    AirPicture,
    Evidence,
    IdentityRecord,
    SourceState,
    Threat,
    TrackGroup,
)
from vedette.model.tracks import TrackTable, empty_tracks
from vedette.server.access import Options
from vedette.server.accounts import Accounts
from vedette.server.app import make_app
from vedette.server.hub import Hub
from vedette.server.listen import serve

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = REPOSITORY / "scenarios" / "sites" / "ain_al_asad.toml"
T0_NS = 1_641_264_060_000_000_000  # 4 January 2022, 02:41 UTC
STEP_NS = 250_000_000
NS = 1_000_000_000
SWARM = tuple(range(90, 97))


@dataclass(slots=True)
class Object:
    """One invented object: where it is at t = 0 (east, north, up; m), how it moves (m/s)."""

    track_id: int
    start_enu_m: tuple[float, float, float]
    velocity_enu_mps: tuple[float, float, float]
    identity: Identity
    kind: ObjectClass
    label: str = ""
    sensors: tuple[int, ...] = (0, 1)
    silent_from_s: float = math.inf
    turn_radps: float = 0.0
    from_s: float = 0.0
    height_seen: bool = True


def scene() -> list[Object]:
    """List the objects of the scene: two drones, civil traffic, birds, a balloon, an own drone."""
    drone = ObjectClass.FIXED_WING_UAS
    objects = [
        Object(1, (-12_600, 5_350, 310), (42.6, -16.8, 0), Identity.SUSPECT, drone),
        Object(2, (-13_400, 4_900, 280), (42.9, -15.2, 0), Identity.UNKNOWN, drone),
        Object(
            3,
            (5_200, -2_600, 260),
            (-12.0, 5.0, -0.6),
            Identity.FRIEND,
            ObjectClass.MULTIROTOR,
            "OWL01",
            (1, 5),
        ),
        Object(4, (9_400, 8_800, 640), (3.2, -2.4, 0.2), Identity.UNKNOWN, ObjectClass.BALLOON),
        Object(
            5,
            (-4_800, -9_300, 210),
            (-6.0, 11.0, 0),
            Identity.UNKNOWN,
            ObjectClass.MULTIROTOR,
            "",
            (2, 3),
            30.0,
            height_seen=False,
        ),
        Object(
            6, (7_000, 2_100, 350), (-4, -48, 0), Identity.ASSUMED_FRIEND, ObjectClass.HELICOPTER
        ),
        Object(
            7, (-16_000, -13_500, 900), (60, 22, 0), Identity.PENDING, ObjectClass.OTHER, "", (1,)
        ),
    ]
    return objects + _airliners() + _birds() + _drones_together()


def _drones_together() -> list[Object]:
    return [
        Object(
            number,
            (13_000 + 90 * (i % 3), -9_000 + 120 * (i // 3), 180),
            (-18.0, 9.0, 0),
            Identity.UNKNOWN,
            ObjectClass.MULTIROTOR,
        )
        for i, number in enumerate(SWARM)
    ]


def _swarm(table: TrackTable) -> TrackGroup:
    """Tell the drones that fly together as one group, as the tracker would."""
    rows = np.flatnonzero(np.isin(table.track_id[: table.count], SWARM))
    east_m, north_m = table.state_enu[rows, 0], table.state_enu[rows, 1]
    frame = SiteFrame(load_site(SITE).reference)
    lat_deg, lon_deg, hae_m = frame.geo_deg_from_enu(east_m.mean(), north_m.mean(), 180.0)
    return TrackGroup(
        group_id=1,
        track_ids=SWARM,
        count=len(rows),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        hae_m=hae_m,
        length_m=float(np.ptp(north_m)),
        width_m=float(np.ptp(east_m)),
        told=True,
    )


def _airliners() -> list[Object]:
    calls = ["IAW123", "QTR48K", "UAE9AB", "THY6P", "ETD31", "FDB744", "MEA218"]
    made = []
    for i, call in enumerate(calls):
        lane_m = 26_000 if i % 2 else -22_000
        east_m = -34_000 + 9_500 * i
        made.append(
            Object(
                20 + i,
                (east_m, lane_m + 900 * (i % 3), 6_200 + 780 * i),
                (224 if i % 2 else -231, 6 * (i - 3), 0),
                Identity.NEUTRAL,
                ObjectClass.AEROPLANE,
                call,
                (0, 4),
            )
        )
    made.append(
        Object(28, (24_000, 15_500, 8_900), (-215, -12, 0), Identity.UNKNOWN, ObjectClass.AEROPLANE)
    )
    return made


def _birds() -> list[Object]:
    rng = np.random.default_rng(4)
    made = []
    for i in range(24):
        range_m, bearing = rng.uniform(1_200, 19_000), rng.uniform(0, 2 * math.pi)
        speed, heading = rng.uniform(8, 17), rng.uniform(0, 2 * math.pi)
        made.append(
            Object(
                40 + i,
                (range_m * math.sin(bearing), range_m * math.cos(bearing), rng.uniform(40, 420)),
                (speed * math.sin(heading), speed * math.cos(heading), 0),
                Identity.UNKNOWN,
                ObjectClass.BIRD,
                turn_radps=rng.uniform(-0.02, 0.02),
            )
        )
    return made


@dataclass
class Synthetic:
    """The service behind the hub: steps the scene, takes commands."""

    site: Site
    t_s: float
    folder: Path
    objects: list[Object] = field(default_factory=scene)
    commands: list[Command] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    pending: list[Event] = field(default_factory=list)
    hub: Hub | None = None
    frozen: bool = False
    calm: bool = False

    def __post_init__(self) -> None:
        """Start the real stages."""
        if self.calm:
            self.objects = [o for o in self.objects if o.track_id > 2]
        self.table = empty_tracks(128, len(self.site.sensors))
        self.records = {o.track_id: _record(o, self.now_ns()) for o in self.objects}
        self.threat = threat.start(self.site)
        self.warning = warning.start(self.site)
        self.decision = decision.start(self.site)
        self.threats: list[Threat] = []
        self.pending += [_started(o, self.now_ns()) for o in self.objects[:7]]

    def now_ns(self) -> int:
        """Give the scene's time."""
        return T0_NS + round(self.t_s * NS)

    async def submit(self, command: Command) -> list[Event]:
        """Run a step of no time with the command."""
        events = self._own(command)
        picture = self.step([command])
        picture.events[:0] = events
        assert self.hub is not None
        self.hub.publish(picture)
        return picture.events

    def deliver(self, delivery: Delivery) -> None:
        """Keep it for the next step."""
        self.deliveries.append(delivery)

    def arrive(self, arrival: Arrival) -> None:
        """Let it fall: there is no tracker here."""

    def refused(self, source: str, reason: str, count: int) -> None:
        """Let it fall."""

    def incident_html(self) -> str:
        """Stand in for the report."""
        return "<!doctype html><title>Incident</title><h1>Incident (synthetic)</h1>"

    def statement(self) -> str:
        """Stand in for the statement."""
        return "Synthetic statement.\n"

    def paper_bar(self) -> str:
        return "nothing is recorded here"  # and so nothing can be set

    def audit(self, act: Act) -> None:
        """Let it fall: nothing is recorded here."""

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        """Give no audit trail."""
        return []

    def measures(self) -> Measures:
        """Say that nothing waits."""
        return Measures()

    def exhibits(self) -> Path:
        """Keep exhibits in a scratch folder."""
        return self.folder

    def step(self, commands: list[Command]) -> AirPicture:
        """Bring the scene and the stages to now."""
        now_ns = self.now_ns()
        _fill(self.table, self.objects, self.t_s, now_ns)
        records = {int(i): self.records[int(i)] for i in self.table.track_id[: self.table.count]}
        events, self.pending = self.pending, []
        deliveries, self.deliveries = self.deliveries, []
        self.threats = threat.advance(self.threat, self.table, records, [], now_ns)
        events += warning.advance(
            self.warning, self.table, records, self.threats, commands, deliveries, now_ns
        )
        events += decision.advance(
            self.decision, self.table, records, self.threats, commands, now_ns
        )
        sources = _sources(self.site, self.t_s, now_ns)
        queue = decision.queue(
            self.decision, records, self.threats, self.warning.warnings, sources, now_ns
        )
        return AirPicture(
            now_ns=now_ns,
            tracks=self.table,
            identities=records,
            threats=self.threats,
            warnings=list(self.warning.warnings.values()),
            options=self.decision.options,
            engagements=list(self.decision.engagements.values()),
            posture=self.decision.posture,
            queue=queue,
            sources=list(sources.values()),
            events=events,
            groups=[_swarm(self.table)],
        )

    def _own(self, command: Command) -> list[Event]:
        """React as the identity stage would, in short."""
        who, t_ns = command.person, self.now_ns()
        if not isinstance(command, AssessTrack | DismissTrack | IdentifyTrack):
            return []
        record = self.records[command.track_id]
        if isinstance(command, AssessTrack):
            record.assessed_by, record.assessed_ns = who, t_ns
            return [TrackAssessed(t_ns=t_ns, track_id=command.track_id, person=who, remark="")]
        if isinstance(command, DismissTrack):
            record.dismissed_by, record.dismissed_reason = who, command.reason
            return [
                TrackDismissed(
                    t_ns=t_ns, track_id=command.track_id, person=who, reason=command.reason
                )
            ]
        before, record.identity = record.identity, command.identity
        record.identity_by, record.identity_reason = who, command.reason
        record.assessed_by, record.assessed_ns = who, t_ns
        return [
            IdentityChanged(
                t_ns=t_ns,
                track_id=command.track_id,
                before=before,
                after=command.identity,
                reason=command.reason,
                by=who,
            )
        ]


def _fill(table: TrackTable, objects: list[Object], t_s: float, now_ns: int) -> None:
    alive = [o for o in sorted(objects, key=lambda o: o.track_id) if t_s >= o.from_s]
    table.count, table.t_ns = len(alive), now_ns
    for row, o in enumerate(alive):
        east, north, up = o.start_enu_m
        v_east, v_north, v_up = o.velocity_enu_mps
        turned = o.turn_radps * t_s
        v_east, v_north = (
            v_east * math.cos(turned) + v_north * math.sin(turned),
            v_north * math.cos(turned) - v_east * math.sin(turned),
        )
        age_s = max(0.0, t_s - o.silent_from_s) + 0.4 + (o.track_id * 37 % 10) / 10
        table.track_id[row] = o.track_id
        table.state_enu[row] = (
            east + v_east * t_s,
            north + v_north * t_s,
            up + v_up * t_s,
            v_east,
            v_north,
            v_up,
        )
        spread_m = 25.0 + 3.0 * age_s + o.track_id % 7 * 6
        cov = np.diag([spread_m**2, (1.8 * spread_m) ** 2, 40.0**2, 4.0, 4.0, 1.0])
        cov[0, 1] = cov[1, 0] = 0.9 * spread_m**2
        table.cov_enu[row] = cov
        table.existence_prob[row] = 0.999 if age_s < 3 else 0.93
        table.status[row] = TrackStatus.COASTING if age_s > 6 else TrackStatus.CONFIRMED
        table.started_ns[row] = T0_NS - (o.track_id * 13 % 200) * NS
        table.updated_ns[row] = now_ns - round(age_s * NS)
        table.turn_rate_radps[row] = o.turn_radps
        table.sensor_updated_ns[row] = 0
        for sensor in o.sensors:
            table.sensor_updated_ns[row, sensor] = now_ns - round((age_s + sensor * 0.7) * NS)
        table.height_observed[row] = int(o.height_seen)


def _started(o: Object, t_ns: int) -> TrackStarted:
    east, north, _ = o.start_enu_m
    return TrackStarted(
        t_ns=t_ns,
        track_id=o.track_id,
        lat_deg=33.8,
        lon_deg=42.3,
        hae_m=400.0,
        range_m=math.hypot(east, north),
        bearing_deg=math.degrees(math.atan2(east, north)) % 360,
        sensors=("radar_north",),
    )


def _record(o: Object, t_ns: int) -> IdentityRecord:
    others = [c for c in ObjectClass if c is not o.kind]
    prob = {c.value: 0.21 / len(others) * (1.6 if i % 2 else 0.4) for i, c in enumerate(others)}
    prob[o.kind.value] = 1.0 - sum(prob.values())
    reason = {
        Identity.SUSPECT: "low and fast toward an asset, outside every corridor, answers nothing",
        Identity.NEUTRAL: "ADS-B agrees with radar in place and motion",
        Identity.FRIEND: "on the friendly list, in its lane, at its speed",
    }.get(o.identity, "the evidence does not decide")
    return IdentityRecord(
        track_id=o.track_id,
        identity=o.identity,
        identity_reason=reason,
        object_class=o.kind,
        class_prob=prob,
        label=o.label,
        since_ns=t_ns - 40 * NS,
        ledger=_ledger(o, t_ns),
    )


def _ledger(o: Object, t_ns: int) -> list[Evidence]:
    def item(
        kind: str, source: str, about: str, weight: float, text: str, age_s: float
    ) -> Evidence:
        return Evidence(
            kind=kind,
            source=source,
            about=about,
            weight_log_odds=weight,
            health_ratio=0.6 if source == "camera_west" else 1.0,
            t_ns=t_ns - round(age_s * NS),
            text=text,
        )

    if o.identity is Identity.NEUTRAL:
        return [
            item("adsb", "adsb", "NEUTRAL", 4.6, f"ADS-B {o.label} agrees with radar", 1.1),
            item("corridor", "radar_north", "NEUTRAL", 1.4, "flies in airway north", 12),
        ]
    if o.kind is ObjectClass.BIRD:
        return [item("speed", "radar_south", "bird", 2.1, "12 m/s, wavering course", 4)]
    return [
        item(
            "speed", "radar_north", "fixed_wing_uas", 2.3, "46 m/s steady: too fast for a bird", 8
        ),
        item(
            "course",
            "radar_north",
            "hostile intent",
            1.8,
            "held its course toward the barracks for 40 s",
            3,
        ),
        item(
            "corridor", "radar_south", "hostile intent", 0.7, "outside every published corridor", 21
        ),
        item("shape", "camera_west", "fixed_wing_uas", 1.1, "camera: straight wings, no rotor", 14),
        item("rf", "rf_df", "hostile intent", -0.4, "no control link heard in its direction", 6),
    ]


def _sources(site: Site, t_s: float, now_ns: int) -> dict[str, SourceState]:
    made = {}
    for i, sensor in enumerate(site.sensors):
        silent = sensor.id == "camera_west" and t_s > 60
        made[sensor.id] = SourceState(
            source=sensor.id,
            kind="sensor",
            health=SourceHealth.STALE if silent else SourceHealth.OK,
            reason="nothing heard for longer than 10 s" if silent else "",
            last_ns=now_ns - round((t_s - 46 if silent else 0.2 + 0.3 * i) * NS),
            reports=4_000 + 900 * i,
            rate_hz=1.0 / sensor.scan_period_s * (12 - i),
            latency_s=0.05,
            refused=3 if i == 2 else 0,
            refused_by_reason={"bearing is not finite": 3} if i == 2 else {},
        )
    return made


async def run(port: int, at_s: float, calm: bool, folder: Path) -> None:
    """Serve the scene at four pictures a second until killed. A line on stdin freezes or frees it:
    a frozen service says nothing, as a stopped one would."""
    site = load_site(SITE)
    service = Synthetic(site, max(0.0, at_s - 1.0), folder, calm=calm)
    hub = Hub(site, service)
    service.hub = hub
    options = Options(hint="Demonstration: amal and basim, password vedette-demo")
    listening = await serve(make_app(hub, site, Accounts(site.people), options), "127.0.0.1", port)
    print(listening.url, flush=True)
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, lambda: _freeze(service))
    due_s = loop.time()
    while True:
        if not service.frozen:
            service.t_s += STEP_NS / NS
            hub.publish(service.step([]))
        due_s += STEP_NS / NS
        await asyncio.sleep(max(0.0, due_s - loop.time()))


def _freeze(service: Synthetic) -> None:
    if sys.stdin.readline():
        service.frozen = not service.frozen


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8430)
    parser.add_argument("--at", type=float, default=0.0)
    parser.add_argument("--calm", action="store_true")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "out" / "synthetic")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(args.port, args.at, args.calm, args.folder))


if __name__ == "__main__":
    main()
