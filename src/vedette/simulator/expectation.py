"""What a scenario demands: each name of an `[expect]` table, its bound, and what it means.

In: the table of a scenario file. Out: a struct. `evaluation.expect` finds the values.
"""

from typing import Annotated

from msgspec import Meta

from vedette.config.site import Positive, Probability, Table

Count = Annotated[int, Meta(ge=0)]


class Expect(Table, frozen=True, kw_only=True):
    """What must be true at the end. Names that end in _max and _within_s are upper bounds.

    attackers_tracked_within_s: from entering a radar's coverage to the first track on it, the
    slowest attacker. attackers_tracked_ratio_min: share of attackers that ever had a track.
    attackers_separate_tracks: no track number serves two attackers. identity_switches_max: changed
    track numbers of attackers. warning_lead_s_min: the first warning of the attacked zone before
    the first attacker would have arrived; imminent_lead_s_min: the same of the first warning of
    level imminent. attackers_warned_ratio_min: share of attackers whose track a warning named
    before they arrived. warned_unassessed: each attacker was warned of at level imminent although
    no person had assessed, identified or dismissed its track. warned_within_s: from the start of an
    attacker's track to the first warning that names it, the quickest attacker; delivered_within_s:
    from there to the first channel that confirmed such a warning. civil_or_friend_suspect_max:
    civil and friendly objects whose track was ever SUSPECT or HOSTILE; birds_suspect_max: birds
    whose track was ever SUSPECT or HOSTILE; birds_hostile_max: birds whose track was ever HOSTILE.
    hostile_tracks_max: tracks ever HOSTILE. friends_known_min: friendly objects whose track was
    ever FRIEND or ASSUMED_FRIEND. spoofed_trusted_max: spoofed objects whose track was ever FRIEND,
    ASSUMED_FRIEND or NEUTRAL. two_person_authorisation: every authorisation by two different
    people, and one at least. attackers_destroyed: in simulation, before they arrive.
    engagements_max: authorisations begun. outcomes_destroyed_min: outcomes assessed as destroyed.
    debris_found_ratio_min: share of destroyed attackers whose wreck lies in an estimated area.
    phantom_tracks_max: tracks that never were on any object. zones_warned_max: zones that were
    warned. zones_imminent_max: zones that were warned at level imminent.
    tracks_warned_falsely_max: tracks named by warnings that were neither on an attacker nor
    a second track beside one; alarms_max: warnings and escalations of all zones, as the watch hears
    them. statement_neutral: the statement names no author and says that it is a simulation.
    """

    attackers_tracked_within_s: Positive | None = None
    attackers_tracked_ratio_min: Probability | None = None
    attackers_separate_tracks: bool | None = None
    identity_switches_max: Count | None = None
    warning_lead_s_min: Positive | None = None
    imminent_lead_s_min: Positive | None = None
    attackers_warned_ratio_min: Probability | None = None
    warned_unassessed: bool | None = None
    warned_within_s: Positive | None = None
    delivered_within_s: Positive | None = None
    civil_or_friend_suspect_max: Count | None = None
    birds_suspect_max: Count | None = None
    birds_hostile_max: Count | None = None
    hostile_tracks_max: Count | None = None
    friends_known_min: Count | None = None
    spoofed_trusted_max: Count | None = None
    two_person_authorisation: bool | None = None
    attackers_destroyed: bool | None = None
    engagements_max: Count | None = None
    outcomes_destroyed_min: Count | None = None
    debris_found_ratio_min: Probability | None = None
    phantom_tracks_max: Count | None = None
    zones_warned_max: Count | None = None
    zones_imminent_max: Count | None = None
    tracks_warned_falsely_max: Count | None = None
    alarms_max: Count | None = None
    statement_neutral: bool | None = None
