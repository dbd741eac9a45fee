"""The drawing of the whole, as code: bytes, reports, measurements, tracks, picture, people.

Pure: no clock, no I/O, no chance, no threads. The same site, arrivals and commands give the same
picture and events, bit for bit; so a recording can be re-executed and a crash replayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from vedette import (
    codecs,
    correlation,
    decision,
    health,
    identity,
    measurements,
    notes,
    threat,
    tracking,
    warning,
    zones,
)
from vedette.config.site import Site
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.events import Event, ZoneRemoved, ZoneSet
from vedette.model.measurements import I64
from vedette.model.picture import AirPicture, QueueItem, Threat
from vedette.model.reports import Detection, Refusal, Report, SensorStatus
from vedette.tracking import Provenance


@dataclass(slots=True)
class State:
    """Everything the core remembers: one state a stage. Plain data, so that it can be saved."""

    now_ns: int
    decoders: codecs.Decoders
    dating: measurements.Dating
    health: health.HealthState
    tracking: tracking.TrackerState
    correlation: correlation.CorrelationState
    identity: identity.IdentityState
    threat: threat.ThreatState
    warning: warning.WarningState
    decision: decision.DecisionState
    notes: notes.NotesState
    zones: zones.ZonesState
    late_told: I64  # by sensor: plots refused as too late that health has counted
    refused_told: dict[str, dict[str, int]] = field(default_factory=dict)  # and as impossible
    threats: list[Threat] = field(default_factory=list)
    queue: list[QueueItem] = field(default_factory=list)
    provenance: Provenance = field(default_factory=dict)


def without_operators(state: State) -> State:
    """Give a state that remembers no operator of a drone, as it may be saved; all else is shared.

    They are personal data, and move nothing: the picture that follows is the same to the bit.
    """
    forgetful = replace(state.identity, operators={})
    return replace(state, identity=forgetful, decoders=codecs.forgetful(state.decoders))


@dataclass(slots=True)
class Inputs:
    """What one step takes in, in order of arrival."""

    arrivals: Sequence[Arrival] = ()
    commands: Sequence[Command] = ()
    deliveries: Sequence[Delivery] = ()


@dataclass(slots=True, frozen=True)
class Pipeline:
    """One site and what follows from its file; what does not change while it runs."""

    site: Site
    sensors: list[measurements.SensorModel]


def assemble(site: Site) -> Pipeline:
    """Prepare the pipeline of a site. site: a checked site file."""
    return Pipeline(site, measurements.sensor_models(site))


def start(pipeline: Pipeline) -> State:
    """Make the state before the first step: an empty picture."""
    site = pipeline.site
    return State(
        now_ns=0,
        decoders=codecs.open_decoders(site),
        dating=measurements.start_dating(site),
        health=health.start(site),
        tracking=tracking.start(site, pipeline.sensors),
        correlation=correlation.start(site),
        identity=identity.start(site),
        threat=threat.start(site),
        warning=warning.start(site),
        decision=decision.start(site),
        notes=notes.start(),
        zones=zones.start(site),
        late_told=np.zeros(len(pipeline.sensors), np.int64),
    )


def step(pipeline: Pipeline, state: State, inputs: Inputs, now_ns: int) -> tuple[State, AirPicture]:
    """Take the picture from its last time to now_ns with what has come in between.

    inputs: arrivals and commands up to now_ns, oldest first. now_ns: int64 ns UTC, never before
    the last step's (a step back is taken as no time passing). Returns the state (the same object,
    advanced) and the picture, whose `events` say what changed.
    """
    now_ns = max(now_ns, state.now_ns)
    state.now_ns = now_ns
    return advance(pipeline, state, read(state, inputs.arrivals), inputs, now_ns)


def read(state: State, arrivals: Sequence[Arrival]) -> list[Report]:
    """Decode what has arrived, dated as it can be believed; what a door of the server refused comes
    as refusals, last."""
    reports = codecs.decode(state.decoders, [a for a in arrivals if a.kind != "refused"])
    return measurements.date(state.dating, reports) + [
        _turned_away(a) for a in arrivals if a.kind == "refused"
    ]


def advance(
    pipeline: Pipeline, state: State, reports: list[Report], inputs: Inputs, now_ns: int
) -> tuple[State, AirPicture]:
    """Do a step from reports already decoded (files of detections have no bytes to decode)."""
    batches, refusals = measurements.form(pipeline.site, pipeline.sensors, reports, now_ns)
    heard = [*_unrefused(reports, batches), *refusals]
    heard += [*_too_late(pipeline, state, now_ns), *_impossible(state, now_ns)]
    statuses = [report for report in reports if isinstance(report, SensorStatus)]
    sources, tracks, records = state.health.sources, state.tracking.table, state.identity.records
    events: list[Event] = []

    health.take_measurements(state.health, pipeline.sensors, batches)
    good = codecs.good_reports(state.decoders)
    events += health.advance(state.health, heard, now_ns, inputs.arrivals, good)
    heeded = tracking.heed(state.tracking, batches, measurements.derived(reports), now_ns)
    tracking.bar(state.tracking, state.correlation.barred)
    links, started_or_ended = tracking.advance(state.tracking, heeded, statuses, now_ns)
    health.take_tracks(state.health, pipeline.sensors, heeded, links, tracks, now_ns)
    for verdict in tracking.verdicts(state.tracking):
        health.take_bias(state.health, *verdict)
    tracks, links, told = correlation.advance(
        state.correlation, tracks, links, started_or_ended, records, inputs.commands, now_ns
    )
    events += told
    tracking.take_origins(state.provenance, links, reports, tracks)
    events += identity.advance(
        state.identity,
        tracks,
        links,
        reports,
        inputs.commands,
        sources,
        state.threats,
        now_ns,
    )
    identity.forget_sources(state.identity, told)
    events += _take_zones(pipeline, state, inputs.commands, now_ns)
    state.threats = threat.advance(state.threat, tracks, records, reports, now_ns)
    events += warning.advance(
        state.warning, tracks, records, state.threats, inputs.commands, inputs.deliveries, now_ns
    )
    events += decision.advance(
        state.decision, tracks, records, state.threats, inputs.commands, now_ns
    )
    events += notes.advance(state.notes, records, told, inputs.commands, now_ns)
    events += codecs.pass_tasks(state.decoders, events, state.provenance, now_ns)
    state.queue = decision.queue(
        state.decision, records, state.threats, state.warning.warnings, sources, now_ns
    )
    return state, picture_of(state, events)


def _take_zones(
    pipeline: Pipeline, state: State, commands: Sequence[Command], now_ns: int
) -> list[Event]:
    """Do what people say about zones; what warns from now on is told to the stages that warn."""
    site, warned = pipeline.site, state.warning.zones
    open_ids = {key: z.warning_id for key, z in warned.items() if z.warning_id is not None}
    events = zones.advance(state.zones, site, open_ids, commands, now_ns)
    if not any(isinstance(event, ZoneSet | ZoneRemoved) for event in events):
        return events
    standing = zones.in_force(list(state.zones.zones.values()))
    now = msgspec.structs.replace(site, zones=standing)
    state.threat = threat.with_zones(state.threat, now)
    identity.with_zones(state.identity, now)
    decision.take_zones(state.decision, now)
    return events + warning.take_zones(state.warning, now, events, now_ns)


def _unrefused(reports: list[Report], batches: list[measurements.MeasurementBatch]) -> list[Report]:
    """Leave out the detections that became no measurement: they are heard as refusals."""
    used = {index for batch in batches for index in batch.report_index.tolist()}
    return [r for i, r in enumerate(reports) if i in used or not isinstance(r, Detection)]


def _too_late(pipeline: Pipeline, state: State, now_ns: int) -> list[Refusal]:
    """Say which plots the tracker gave up in the last step because they came too late."""
    fresh = state.tracking.late_refused - state.late_told
    state.late_told = state.tracking.late_refused.copy()
    return [
        Refusal(
            source=pipeline.sensors[index].sensor_id,
            t_recv_ns=now_ns,
            reason="too late for the tracks",
            count=int(fresh[index]),
            heard=True,
        )
        for index in np.flatnonzero(fresh)
    ]


def _impossible(state: State, now_ns: int) -> list[Refusal]:
    """Say what the tracker's own door refused in the last step, by reason and sensor."""
    refusals = []
    for reason, by_sensor in state.tracking.refused.items():
        told = state.refused_told.setdefault(reason, {})
        for sensor_id, count in by_sensor.items():
            fresh = count - told.get(sensor_id, 0)
            told[sensor_id] = count
            if fresh:
                refusals.append(
                    Refusal(
                        source=sensor_id, t_recv_ns=now_ns, reason=reason, count=fresh, heard=True
                    )
                )
    return refusals


def _turned_away(arrival: Arrival) -> Refusal:
    """Say what a door of the server refused, so that it is counted like any other refusal."""
    reason = arrival.data.decode("utf-8", "replace")
    return Refusal(
        source=arrival.feed, t_recv_ns=arrival.t_recv_ns, reason=reason, count=arrival.count
    )


def picture_of(state: State, events: list[Event]) -> AirPicture:
    """Put together what a state shows, beside what has just happened."""
    return AirPicture(
        now_ns=state.now_ns,
        tracks=correlation.shown(state.correlation, state.tracking.table),
        identities=state.identity.records,
        threats=state.threats,
        warnings=list(state.warning.warnings.values()),
        options=state.decision.options,
        engagements=list(state.decision.engagements.values()),
        posture=state.decision.posture,
        queue=state.queue,
        sources=list(state.health.sources.values()),
        events=events,
        groups=correlation.grouped(
            state.correlation, [group for group in state.tracking.groups if group.told]
        ),
        notes=list(state.notes.notes.values()),
        zones=list(state.zones.zones.values()),
        correlations=correlation.correlations(state.correlation),
        provenance=state.provenance,
        operators=state.identity.operators,
    )
