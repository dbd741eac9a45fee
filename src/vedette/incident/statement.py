"""The draft of a statement: recorded facts in plain sentences, and nothing else.

No cause, no author, no praise, no casualties: those are not in the record. Persons are not named.
"""

from vedette.base.names import class_words, distance_words, number_words, track_name
from vedette.incident.story import EngagementStory, Incident, InvolvedTrack, WarningStory
from vedette.incident.words import clean, utc, utc_date
from vedette.model.enums import EngagementState, Mode, Outcome

MARKS = {
    Mode.LIVE: "",
    Mode.SIMULATED: "SIMULATED - NOT A REAL EVENT",
    Mode.EXERCISE: "EXERCISE - NOT A REAL EVENT",
    Mode.REPLAY: "REPLAY - A RECORDED EVENT SHOWN AGAIN",
}
CHANGED = "THE RECORD HAS BEEN CHANGED OR DAMAGED: NOTHING HERE IS PROVED"
LINE = 92


def statement(incident: Incident) -> str:
    """Draft a statement from an incident: plain text, times UTC, attribution left open.

    Every sentence restates something recorded; what was not recorded is not mentioned. Marked at
    top and bottom unless the mode is LIVE.
    """
    mark = MARKS[incident.mode]
    changed = f"{CHANGED}." if incident.changes else ""
    head = [mark, changed, "DRAFT STATEMENT", clean(incident.site_name), "All times are UTC."]
    body = [_wrapped(paragraph) for paragraph in paragraphs(incident)]
    return "\n\n".join([part for part in [*head, *body, mark] if part]) + "\n"


def paragraphs(incident: Incident) -> list[str]:
    """Say what is recorded, one paragraph a subject, not yet escaped for any medium."""
    said = [
        _objects(incident),
        " ".join(_warned(warning) for warning in incident.warnings),
        " ".join(_engaged(engagement) for engagement in incident.engagements),
        _unattended(incident),
        " ".join(_ended(track, incident) for track in incident.tracks if track.engageable),
        _wreckage(incident),
        _closing(incident),
    ]
    return [paragraph.strip() for paragraph in said if paragraph.strip()]


def _wrapped(paragraph: str) -> str:
    lines, line = [], ""
    for word in paragraph.split():
        if line and len(line) + 1 + len(word) > LINE:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def _objects(incident: Incident) -> str:
    armed = [track for track in incident.tracks if track.engageable]
    day = utc_date(incident.began_t_ns)
    if not armed:
        return f"On {day} no object was identified as suspect or hostile."
    count = number_words(len(armed))
    objects = "object was" if len(armed) == 1 else "objects were"
    first_ns = min(track.first_t_ns for track in armed)
    each = "; ".join(_identified(track) for track in armed)
    return (
        f"On {day} {count} {objects} identified as suspect or hostile, the first held as a track"
        f" from {utc(first_ns)}: {each}."
    )


def _identified(track: InvolvedTrack) -> str:
    words = class_words(track.object_class)
    article = "an" if words[0] in "aeu" else "a"
    by = "the evidence alone" if track.identity_by == "evidence" else "a person's decision"
    said = (
        f"{track_name(track.track_id)}, most probably {article} {words}, {track.identity} by {by}"
    )
    if track.first_range_m is not None:
        away = distance_words(track.first_range_m)
        said += f", first held {away} from the site's reference point"
    return said


def _warned(warning: WarningStory) -> str:
    zone = clean(warning.zone_name)
    ordered = " by order of the watch" if warning.cause == "human" else ""
    said = f"{zone} was warned at {utc(warning.raised_t_ns)}{ordered}"
    if warning.cause != "human":
        said += f", {warning.seconds_left_s:.0f} s before the earliest estimated arrival"
    said += "." + _take_cover(warning)
    for channel, latency_s in sorted(warning.delivered.items()):
        said += f" The warning was delivered by {clean(channel)} after {latency_s:.1f} s."
    for channel in sorted(warning.failed):
        said += f" It was not delivered by {clean(channel)}."
    if warning.cleared_t_ns is not None:
        said += f" The all-clear was given at {utc(warning.cleared_t_ns)}."
    return said


def _take_cover(warning: WarningStory) -> str:
    """Say when people were told to take cover, where they were."""
    if warning.imminent_t_ns is None:
        return ""
    if warning.imminent_t_ns == warning.raised_t_ns:
        return " The warning was to TAKE COVER from the first."
    return (
        f" The warning rose to TAKE COVER at {utc(warning.imminent_t_ns)},"
        f" {warning.imminent_left_s:.0f} s before the earliest estimated arrival."
    )


def _unattended(incident: Incident) -> str:
    """Say that nobody acknowledged, and that nothing was engaged, where it was so."""
    said = []
    if incident.warnings and all(w.acknowledged_t_ns is None for w in incident.warnings):
        said.append("No person acknowledged a warning.")
    if not incident.engagements and (
        incident.warnings or any(t.engageable for t in incident.tracks)
    ):
        said.append("No engagement was authorised; nothing was engaged.")
    elif incident.engagements and all(e.executing_t_ns is None for e in incident.engagements):
        said.append("Nothing was engaged.")
    return " ".join(said)


def _engaged(engagement: EngagementStory) -> str:
    name = track_name(engagement.track_id)
    if engagement.second_t_ns is None:
        why = {EngagementState.EXPIRED: "expired", EngagementState.CANCELLED: "was cancelled"}
        end = why.get(engagement.state, "was not completed")
        return (
            f"A first authorisation against {name} was given at {utc(engagement.first_t_ns)};"
            f" it {end}."
        )
    said = (
        f"A simulated engagement of {name} by {clean(engagement.effector_name)} was authorised by"
        f" two persons, at {utc(engagement.first_t_ns)} and {utc(engagement.second_t_ns)}"
    )
    if engagement.executed_t_ns is not None:
        return f"{said}, and executed at {utc(engagement.executed_t_ns)}."
    if engagement.ended_t_ns is not None:
        return f"{said}. It {engagement.state} at {utc(engagement.ended_t_ns)}.".replace(
            "It cancelled", "It was cancelled"
        )
    return f"{said}."


def _ended(track: InvolvedTrack, incident: Incident) -> str:
    """Say what became of one object as assessed, and how near it came as recorded."""
    name = track_name(track.track_id)
    own = [e for e in incident.engagements if e.track_id == track.track_id]
    told = [e for e in own if e.outcome_t_ns is not None]
    said = ""
    if told:
        last = told[-1]
        by = "its track" if last.outcome_by == "track" else "a person"
        said = {
            Outcome.DESTROYED: f"{name} was assessed destroyed, by {by}.",
            Outcome.CONTINUED: f"{name} was assessed to have flown on, by {by}.",
            Outcome.UNSURE: f"What became of {name} could not be assessed.",
            Outcome.PENDING: "",
        }[last.outcome]
    if track.nearest_m is not None:
        said += (
            f" Its closest recorded place was {distance_words(track.nearest_m)} from"
            f" {clean(track.nearest_asset)}."
        )
    return said.strip() if told else said.replace(" Its", f"{name}: its", 1).strip()


def _wreckage(incident: Incident) -> str:
    said = [
        f"Wreckage of {track_name(area.track_id)} is expected, with probability {area.prob:.2f},"
        f" within {area.semi_major_m:.0f} m by {area.semi_minor_m:.0f} m of"
        f" {area.lat_deg:.4f}, {area.lon_deg:.4f}."
        for area in incident.debris
    ]
    if incident.exhibits:
        count = len(incident.exhibits)
        said.append(
            f"{number_words(count).capitalize()} {'exhibit is' if count == 1 else 'exhibits are'}"
            " on record."
        )
    return " ".join(said)


def _closing(incident: Incident) -> str:
    open_ = "" if incident.closed or not incident.warnings else "The all-clear is not on record. "
    return f"{open_}Attribution is left open."
