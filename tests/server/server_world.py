"""A small world for the server's tests: a site, pictures of it, a service that answers, sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import argon2
import httpx
import numpy as np

from vedette.base.errors import VedetteError
from vedette.base.measures import Histogram, Measures
from vedette.config.site import Asset, Person, Reference, Sensor, Site, Zone
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import AcknowledgeWarning, AuthoriseEngagement, Command, Delivery
from vedette.model.enums import Identity, ObjectClass, Role, WarningLevel
from vedette.model.events import (
    CommandRefused,
    EngagementFirstAuthorised,
    Event,
    TrackAssessed,
    WarningAcknowledged,
    WarningRaised,
)
from vedette.model.picture import AirPicture, IdentityRecord, Posture, Threat, WarningRecord
from vedette.model.tracks import empty_tracks
from vedette.server import (
    Accounts,
    Hub,
    Listening,
    Options,
    make_app,
    serve,
)

T0_NS = 1_641_254_400_000_000_000
PASSWORD = "correct horse battery"
# As weak as argon2id goes: what is tested is not how long a guess takes.
HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
HOSTILE_NAME = "</script><img src=x onerror=alert(1)>\"'&\u2028"


def make_site(**changes: object) -> Site:
    people = [
        Person(name="watch", roles=[Role.OPERATOR], password=HASH),
        Person(name="first", roles=[Role.ENGAGEMENT_AUTHORITY, Role.OPERATOR], password=HASH),
        Person(name="second", roles=[Role.ENGAGEMENT_AUTHORITY], password=HASH),
        Person(name="guest", roles=[Role.VIEWER], password=HASH),
        Person(name="keeper", roles=[Role.ADMINISTRATOR], password=HASH),
        Person(name="auditor", roles=[Role.AUDITOR], password=HASH),
        Person(name="radar", roles=[Role.SENSOR], password=HASH),
    ]
    values: dict[str, object] = {
        "schema": 1,
        "name": "Test field",
        "reference": Reference(lat_deg=33.8, lon_deg=42.44, hae_m=190.0),
        "assets": [
            Asset(id="tower", name=HOSTILE_NAME, lat_deg=33.8, lon_deg=42.44),
            Asset(id="apron", name="apron", lat_deg=33.81, lon_deg=42.45),
        ],
        "zones": [Zone(id="north", name="North camp", asset="tower")],
        "sensors": [
            Sensor(id="radar-1", kind="radar_3d", lat_deg=33.8, lon_deg=42.44, hae_m=200.0)
        ],
        "people": people,
    }
    return Site(**(values | changes))  # type: ignore[arg-type]


def make_picture(n: int, now_ns: int = T0_NS, events: list[Event] | None = None) -> AirPicture:
    """n tracks in a row eastwards, 100 m apart, each a threat to both assets."""
    table = empty_tracks(max(n, 1), 1)
    table.count, table.t_ns = n, now_ns
    table.track_id[:n] = np.arange(1, n + 1)
    table.state_enu[:n, 0] = 100.0 * np.arange(1, n + 1)
    table.state_enu[:n, 2] = 120.0
    table.state_enu[:n, 3] = -45.0
    table.cov_enu[:n] = np.diag([25.0, 16.0, 9.0, 1.0, 1.0, 1.0])
    table.cov_enu[:n, 0, 1] = table.cov_enu[:n, 1, 0] = 3.0
    table.existence_prob[:n] = 0.99
    table.status[:n] = 1
    table.started_ns[:n] = now_ns - 20_000_000_000
    table.updated_ns[:n] = now_ns - 500_000_000
    table.sensor_updated_ns[:n, 0] = now_ns - 500_000_000
    table.height_observed[:n] = 1
    records = {
        i: IdentityRecord(
            track_id=i,
            identity=Identity.SUSPECT,
            object_class=ObjectClass.FIXED_WING_UAS,
            class_prob={"fixed_wing_uas": 0.75, "bird": 0.25},
            label=HOSTILE_NAME if i == 1 else f"CALL{i}",
        )
        for i in range(1, n + 1)
    }
    threats = [
        Threat(
            track_id=i,
            asset_id=asset,
            range_m=100.0 * i,
            closing_mps=45.0,
            cpa_m=float("nan"),
            cpa_s=1.0,
            arrival_s=100.0 * i / 45.0,
            arrival_sigma_s=1.0,
            straight_sigma_s=1.0,
            reach_prob=reach,
        )
        for i in range(1, n + 1)
        for asset, reach in (("tower", 0.1), ("apron", 0.8))
    ]
    return AirPicture(
        now_ns=now_ns,
        tracks=table,
        identities=records,
        threats=threats,
        warnings=[warning()],
        options=[],
        engagements=[],
        posture=Posture(),
        queue=[],
        sources=[],
        events=events or [],
    )


def warning(revision: int = 2) -> WarningRecord:
    return WarningRecord(
        warning_id=7,
        revision=revision,
        zone_id="north",
        zone_name="North camp",
        level=WarningLevel.IMMINENT,
        track_ids=(1,),
        raised_ns=T0_NS,
        arrival_ns=T0_NS + 90_000_000_000,
        seconds_left_s=90.0,
        reason="inbound",
        spoken="Take cover",
        cause="threat",
        t_detect_ns=T0_NS,
    )


def warning_raised(now_ns: int = T0_NS, warning_id: int = 7) -> WarningRaised:
    return WarningRaised(
        t_ns=now_ns,
        warning_id=warning_id,
        revision=1,
        zone_id="north",
        zone_name="North camp",
        level=WarningLevel.IMMINENT,
        track_ids=(1,),
        seconds_left_s=90.0,
        reason="inbound",
        spoken="Take cover",
        cause="threat",
        t_detect_ns=T0_NS,
        simulated=True,
    )


def assessed(i: int) -> TrackAssessed:
    return TrackAssessed(t_ns=T0_NS + i, track_id=i, person="watch", remark=HOSTILE_NAME)


@dataclass
class SmallService:
    """Answers commands as the pipeline would: its own event, or a refusal."""

    folder: Path | None = None
    commands: list[Command] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    audited: list[Act] = field(default_factory=list)
    refusals: list[tuple[str, str, int]] = field(default_factory=list)
    flooded: set[str] = field(default_factory=set)
    disk_full: bool = False
    delay_s: float = 0.0

    def now_ns(self) -> int:
        return T0_NS

    async def submit(self, command: Command) -> list[Event]:
        await asyncio.sleep(self.delay_s)
        if self.disk_full:
            raise VedetteError("the journal's disk is full: nothing can be authorised")
        self.commands.append(command)
        if isinstance(command, AcknowledgeWarning) and command.warning_id != 7:
            return [
                CommandRefused(
                    t_ns=T0_NS,
                    command_id=command.command_id,
                    command="acknowledge_warning",
                    person=command.person,
                    reason="there is no such warning",
                )
            ]
        if isinstance(command, AuthoriseEngagement):
            return [
                EngagementFirstAuthorised(
                    t_ns=T0_NS,
                    engagement_id=1,
                    track_id=command.track_id,
                    effector_id=command.effector_id,
                    person=command.person,
                    expires_t_ns=T0_NS + 60_000_000_000,
                )
            ]
        return [WarningAcknowledged(t_ns=T0_NS, warning_id=7, person=command.person)]

    def deliver(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    def arrive(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)

    def admit(self, feed: str, data: bytes) -> tuple[bytes, list[int]]:
        """As if what names a sensor of `flooded`, or comes by such a door, were too much."""
        lines, out = data.split(b"\n"), []
        for number, line in enumerate(lines, 1):
            if line.strip() and (
                feed in self.flooded or any(name.encode() in line for name in self.flooded)
            ):
                out.append(number)
                lines[number - 1] = b""
        left = b"\n".join(lines)
        return (left if left.strip() else b"") if out else data, out

    def refused(self, source: str, reason: str, count: int) -> None:
        self.refusals.append((source, reason, count))

    def incident_html(self) -> str:
        return "<!doctype html><title>incident</title>"

    async def statement(self) -> str:
        return "DRAFT. Facts only."

    async def paper(self, statement: str | None) -> bytes:
        return b"%PDF-1.7 " + (statement or "report").encode()

    def paper_bar(self) -> str:
        return ""

    async def tracks(self, ending: str) -> bytes:
        return ending.encode()

    def exhibits(self) -> Path | None:
        return self.folder

    def audit(self, act: Act) -> None:
        self.audited.append(act)

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        rows = [ActRow(seq=i, act=act) for i, act in enumerate(self.audited, 1)]
        return rows[after : after + limit]

    def measures(self) -> Measures:
        slow = Histogram()
        slow.add(0.03)
        slow.add(9.0)
        return Measures(
            queues={'feed "x"': 3, "output tak": 2},
            queue_bytes={"output lines": 512},
            deliveries={("siren", "delivered"): 4, ("siren", "failed"): 1, ("siren", "retried"): 2},
            stages={"pipeline": slow},
        )


@dataclass
class World:
    """One server on a real socket."""

    site: Site
    hub: Hub
    service: SmallService
    listening: Listening

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.listening.port}"

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=20.0, trust_env=False)

    async def log_in(self, client: httpx.AsyncClient, name: str) -> None:
        """Log in, and send the CSRF header from now on."""
        answer = await client.post("/api/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-Vedette-CSRF"] = answer.json()["csrf"]


@asynccontextmanager
async def running(
    site: Site | None = None,
    folder: Path | None = None,
    tracks: int = 3,
    options: Options | None = None,
    accounts: Accounts | None = None,
) -> AsyncIterator[World]:
    site = site or make_site()
    service = SmallService(folder)
    hub = Hub(site, service)
    options = options or Options(hint="demo: watch")
    app = make_app(hub, site, accounts or Accounts(site.people), options)
    listening = await serve(app, "127.0.0.1", 0)
    if tracks:
        hub.publish(make_picture(tracks))
    try:
        yield World(site, hub, service, listening)
    finally:
        await listening.stop()


async def eventually(condition, seconds: float = 30.0) -> None:  # type: ignore[no-untyped-def]
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.01)
