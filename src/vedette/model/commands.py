"""What people (and the simulated effector) say to the system. Inputs like any other: journalled,
replayed, refused with a reason.

Each carries who said it (`person`), in what roles, in which login session, and when it arrived.
`command_id` is the client's own; the same id twice is one command.
"""

import msgspec

from vedette.model.enums import Identity, Outcome, Role, WeaponsControl


class CommandBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """Who, in which roles, when."""

    command_id: str
    person: str
    roles: tuple[Role, ...]
    session: str
    t_recv_ns: int


class AcknowledgeWarning(CommandBase, frozen=True, kw_only=True, tag="acknowledge_warning"):
    """A person has seen this warning. It stays until all-clear."""

    warning_id: int


class OrderCover(CommandBase, frozen=True, kw_only=True, tag="order_cover"):
    """A person orders a zone to take cover, whatever the machine thinks."""

    zone_id: str
    reason: str


class AllClear(CommandBase, frozen=True, kw_only=True, tag="all_clear"):
    """A person ends the warnings of a zone. Only a human can."""

    zone_id: str
    reason: str


class AssessTrack(CommandBase, frozen=True, kw_only=True, tag="assess_track"):
    """A person has looked at the track and says so; the dead-man clock stops for now."""

    track_id: int
    remark: str = ""


class IdentifyTrack(CommandBase, frozen=True, kw_only=True, tag="identify_track"):
    """A person with identification authority sets the identity. It sticks."""

    track_id: int
    identity: Identity
    reason: str


class DismissTrack(CommandBase, frozen=True, kw_only=True, tag="dismiss_track"):
    """A person takes the track out of the queue; it comes back when it gets worse."""

    track_id: int
    reason: str


class MergeTracks(CommandBase, frozen=True, kw_only=True, tag="merge_tracks"):
    """A person says that two tracks are one object: it is shown as track_id until taken back."""

    track_id: int
    other_track_id: int
    reason: str


class SplitTracks(CommandBase, frozen=True, kw_only=True, tag="split_tracks"):
    """A person takes back that other_track_id is the same object as track_id."""

    track_id: int
    other_track_id: int
    reason: str


class DecorrelateSource(CommandBase, frozen=True, kw_only=True, tag="decorrelate_source"):
    """A person says that what a sensor reports is not this track: it moves and names it no more."""

    track_id: int
    source: str
    reason: str


class CorrelateSource(CommandBase, frozen=True, kw_only=True, tag="correlate_source"):
    """A person takes back a DecorrelateSource."""

    track_id: int
    source: str
    reason: str


class Annotate(CommandBase, frozen=True, kw_only=True, tag="annotate"):
    """A person writes a note on a track or on a place; one of the two."""

    text: str
    track_id: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


class RemoveNote(CommandBase, frozen=True, kw_only=True, tag="remove_note"):
    """A person takes a note away; the record keeps it."""

    note_id: int


class SetZone(CommandBase, frozen=True, kw_only=True, tag="set_zone"):
    """A person draws a zone, or changes one: people who are warned together from now on.

    revision: of the zone as the person saw it; none: it is new. polygon: vertices, degrees; none:
    it lies where its asset does. What is left out stays as it was, or as a site file has it.
    """

    zone_id: str
    name: str
    asset_id: str
    take_cover_s: float
    reason: str
    revision: int | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    possible_s: float | None = None
    imminent_s: float | None = None
    unassessed_s: float | None = None
    channels: tuple[str, ...] | None = None


class RemoveZone(CommandBase, frozen=True, kw_only=True, tag="remove_zone"):
    """A person takes a zone away: it warns no more.

    all_clear: where a warning is open, the same person gives the all-clear with it.
    """

    zone_id: str
    revision: int
    reason: str
    all_clear: bool = False


class SetWeaponsControl(CommandBase, frozen=True, kw_only=True, tag="set_weapons_control"):
    """The policy that restricts authorisations."""

    status: WeaponsControl
    reason: str


class SetHold(CommandBase, frozen=True, kw_only=True, tag="set_hold"):
    """Hold: cancels what is authorised and forbids more until it is lifted."""

    on: bool
    reason: str = ""


class AuthoriseEngagement(CommandBase, frozen=True, kw_only=True, tag="authorise_engagement"):
    """One of two different people authorises a simulated effector against one track.

    The first such command opens the engagement, the second (another person, another session,
    same track and effector) completes it. track_digest is what the person saw (the option's
    digest); if the track has changed in substance since, it is refused.
    """

    track_id: int
    effector_id: str
    track_digest: str


class CancelEngagement(CommandBase, frozen=True, kw_only=True, tag="cancel_engagement"):
    """A person withdraws an engagement that is not executed yet."""

    engagement_id: int
    reason: str = ""


class EffectorReport(CommandBase, frozen=True, kw_only=True, tag="effector_report"):
    """The simulated effector says what it does: state "executing" or "executed"."""

    engagement_id: int
    state: str
    detail: str = ""


class AssessOutcome(CommandBase, frozen=True, kw_only=True, tag="assess_outcome"):
    """A person says what became of the engaged track."""

    engagement_id: int
    outcome: Outcome
    remark: str = ""


class AttachExhibit(CommandBase, frozen=True, kw_only=True, tag="attach_exhibit"):
    """A photograph, an inscription, a document: already stored by its hash."""

    sha256: str
    file_name: str
    media_type: str
    size_bytes: int
    description: str
    taken_t_ns: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    engagement_id: int | None = None


class TaskSensor(CommandBase, frozen=True, kw_only=True, tag="task_sensor"):
    """A person asks a pointable sensor to look at a track, to follow it, to take a mode, to stop.

    task: "look_at", "follow" (both with track_id), "mode" (with mode) or "stop". A sensor may be
    pointed, nothing else.
    """

    sensor: str
    task: str
    track_id: int | None = None
    mode: str = ""


Command = (
    AcknowledgeWarning
    | OrderCover
    | AllClear
    | AssessTrack
    | IdentifyTrack
    | DismissTrack
    | MergeTracks
    | SplitTracks
    | DecorrelateSource
    | CorrelateSource
    | Annotate
    | RemoveNote
    | SetZone
    | RemoveZone
    | SetWeaponsControl
    | SetHold
    | AuthoriseEngagement
    | CancelEngagement
    | EffectorReport
    | AssessOutcome
    | AttachExhibit
    | TaskSensor
)


class Delivery(msgspec.Struct, frozen=True, kw_only=True, tag="delivery", tag_field="command"):
    """The shell says whether a warning reached a channel (display, webhook). An input too."""

    warning_id: int
    revision: int
    channel: str
    delivered: bool
    t_recv_ns: int
    detail: str = ""


RECENT_COMMANDS_MAX = 1024  # a client repeats within seconds; this is an hour of busy clicking


def command_name(command: CommandBase) -> str:
    """Name a command as it stands on the wire: "acknowledge_warning"."""
    return str(type(command).__struct_config__.tag)


def received_before(recent: dict[str, int], command: CommandBase) -> bool:
    """Say whether this command_id was seen already, and remember it.

    recent: a stage's memory, command_id -> t_recv_ns in order of arrival; it is changed here and
    never holds more than RECENT_COMMANDS_MAX.
    """
    if command.command_id in recent:
        return True
    recent[command.command_id] = command.t_recv_ns
    while len(recent) > RECENT_COMMANDS_MAX:
        del recent[next(iter(recent))]
    return False
