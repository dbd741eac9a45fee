"""Stage decision: options laid before humans, two of whom must authorise; never an order.

In: tracks, identities, threats, commands of people and of the simulated effectors. Out: events, and
in the state the posture, the options, the engagements. Nothing here releases anything: what the
system does by itself only withdraws authority, and execution is the simulated effector's own word
on an engagement that two people authorised.
"""

import math
from collections.abc import Sequence

from vedette.base.angles import wrap_two_pi
from vedette.base.constants import NS_PER_S
from vedette.decision.aftermath import assess
from vedette.decision.attention import queue
from vedette.decision.authority import (
    LIVE,
    expire,
    void_what_changed,
    void_what_endangers,
)
from vedette.decision.notes import rows_of, take_notes
from vedette.decision.orders import OWN_COMMANDS, obey
from vedette.decision.state import DecisionState, start, take_zones
from vedette.decision.world import (
    REACH_PROB_MIN,
    World,
    option_now,
    relevant_tracks,
    worst_threats,
)
from vedette.model.commands import Command
from vedette.model.events import Event
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.tracks import TrackTable

__all__ = ["DecisionState", "advance", "queue", "start", "take_zones"]

# Options are for reading: twice a second, and at once when what they are about changes. What an
# authorisation is judged by is computed at that moment.
OPTIONS_EVERY_S = 0.5


def advance(
    state: DecisionState,
    tracks: TrackTable,
    identities: dict[int, IdentityRecord],
    threats: list[Threat],
    commands: Sequence[Command],
    now_ns: int,
) -> list[Event]:
    """Bring options, engagements and outcomes up to now_ns and say what happened.

    First authority that lapsed or lost its ground is withdrawn, then commands are taken in order
    (commands of other stages are passed over), then options are laid out anew, and last the
    aftermath is judged. Changes state in place.
    """
    state.started_ns = state.started_ns or now_ns
    world = World(tracks, rows_of(tracks), identities, worst_threats(threats), now_ns)
    relevant = relevant_tracks(world)
    take_notes(state, _noted(state, relevant), tracks, world.rows, identities, now_ns)
    _take_bearings(state, world)

    events = expire(state, now_ns)
    events += void_what_changed(state, world)
    own = [command for command in commands if isinstance(command, OWN_COMMANDS)]
    for command in own:
        events += obey(state, world, command)
    if _lay_out(state, world, relevant, bool(own)):
        events += void_what_endangers(state, world)
    return events + assess(state, world)


def _noted(state: DecisionState, relevant: list[int]) -> list[int]:
    """List the tracks to keep notes of: those with options, engaged, or watched afterwards."""
    engaged = [e.track_id for e in state.engagements.values() if e.state in LIVE]
    watched = [watch.track_id for watch in state.watches.values()]
    return sorted({*relevant, *engaged, *watched})


def _lay_out(state: DecisionState, world: World, relevant: list[int], forced: bool) -> bool:
    """Compute the options anew when they are due; say whether they were."""
    about = [f"{track_id}:{world.identities[track_id].identity}" for track_id in relevant]
    due = world.now_ns - state.options_ns >= OPTIONS_EVERY_S * NS_PER_S
    if not (due or forced or about != state.options_for):
        return False
    made = [
        option_now(state, world, track_id, effector.id)
        for track_id in relevant
        for effector in state.effectors
    ]
    state.options = [option for option in made if option is not None]
    state.options_ns, state.options_for = world.now_ns, about
    return True


def _take_bearings(state: DecisionState, world: World) -> None:
    """Note from where each threatening track comes, as seen from the asset it threatens."""
    state.bearings_rad = {}
    moving = {asset.id for asset in state.assets if asset.position_feed is not None}
    for track_id, threat in world.worst.items():
        row = world.rows.get(track_id)
        if row is None or threat.reach_prob < REACH_PROB_MIN:
            continue
        if threat.bearing_rad is not None:
            state.bearings_rad[track_id] = threat.bearing_rad
        elif threat.asset_id not in moving and threat.asset_id in state.assets_enu:
            place = state.assets_enu[threat.asset_id]
            east = float(world.tracks.state_enu[row, 0]) - place[0]
            north = float(world.tracks.state_enu[row, 1]) - place[1]
            state.bearings_rad[track_id] = wrap_two_pi(math.atan2(east, north))
