"""What a run played directly is judged by: the rows, events and words that its files would hold.

In: a `Played`. Out: `Evidence`, equal to what is read back from the folder of a run over sockets.
"""

from typing import Any

import msgspec
import numpy as np

import vedette
from vedette import incident
from vedette.evaluation.direct import Chain, Played
from vedette.evaluation.expect import EventRow, Evidence, Verdict, demanded, verdicts
from vedette.evaluation.matching import match
from vedette.geo import SiteFrame
from vedette.model.events import Event
from vedette.outputs.parquet import TrackRows, TruthRows
from vedette.service.story import paths
from vedette.simulator.endings import end_notes


def judge_played(played: Played, attended: bool) -> list[Verdict]:
    """Judge a run by the scenario's expectations, with people at the console or with nobody."""
    return verdicts(evidence(played), demanded(played.play.loaded, attended))


def evidence(played: Played) -> Evidence:
    """Lay out what the verdicts are found from."""
    truth, tracks = truth_rows(played), track_rows(played.chain)
    return Evidence(
        loaded=played.play.loaded,
        truth=truth,
        tracks=tracks,
        events=[event_row(event) for event in played.chain.events],
        statement=statement(played.chain),
        matching=match(truth, tracks),
    )


def event_row(event: Event) -> EventRow:
    """Give an event as `events.jsonl` has it."""
    row: EventRow = msgspec.json.decode(msgspec.json.encode(event))
    return row


def truth_rows(played: Played) -> TruthRows:
    """Give the truth as `read_truth` does: ordered by object's name, then time."""
    world = played.play.world
    fleet = world.fleet
    t_ns, rows, states = played.truth.joined()
    seen = sorted({int(k) for k in np.unique(rows)}, key=lambda k: fleet.ids[k])
    number = np.zeros(fleet.count, np.int64)
    number[seen] = np.arange(len(seen))
    index = number[rows]
    order = np.lexsort((t_ns, index))
    notes: dict[str, Any] = {
        "scenario": played.play.loaded.scenario.name,
        "seed": played.play.seed,
        **end_notes(world),
    }
    return TruthRows(
        t_ns=t_ns[order],
        object_index=index[order],
        state_enu=states[order],
        object_ids=[fleet.ids[k] for k in seen],
        classes=[str(fleet.specs[k].object_class) for k in seen],
        identities=[str(fleet.specs[k].identity) for k in seen],
        notes=notes,
    )


def track_rows(chain: Chain) -> TrackRows:
    """Give the tracks as `read_tracks` does: ordered by time, then track."""
    pictures = [picture for picture in chain.pictures if len(picture.track_id)]
    none = np.zeros(0, np.int64)
    times = [np.full(len(p.track_id), p.t_ns, np.int64) for p in pictures]
    return TrackRows(
        t_ns=np.concatenate([none, *times]),
        track_id=np.concatenate([none, *(p.track_id for p in pictures)]),
        state_enu=np.concatenate([np.zeros((0, 6)), *(p.state_enu for p in pictures)]),
        identity=[name for p in pictures for name in p.identity],
        object_class=[name for p in pictures for name in p.object_class],
        sigma_enu_m=np.concatenate([np.zeros((0, 3)), *(p.sigma_enu_m for p in pictures)]),
        class_prob=np.array([prob for p in pictures for prob in p.class_prob], np.float64),
    )


def statement(chain: Chain) -> str:
    """Draft the statement that the record of the run would give."""
    story = incident.tell(
        chain.site,
        chain.events,
        paths(SiteFrame(chain.site.reference), chain.pictures),
        record="recording",
        version=vedette.__version__,
    )
    return incident.statement(story)
