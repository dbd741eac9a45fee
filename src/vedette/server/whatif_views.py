"""The nouns of a what if beside a replay: what is asked, how far it is, what it came to."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vedette.server.views import TrackView, View

SENSORS_MAX, SETTINGS_MAX, SETTING_CHARS_MAX = 64, 32, 4_000
DELAY_MAX_S = 3_600.0
Short = Annotated[str, Meta(max_length=200)]


class WhatIfWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise. without: sensors taken away. settings: `zones.camp.imminent_s=120`.

    staffing: "as_recorded", "nobody" at the consoles, or everybody "later" by delay_s.
    """

    without: Annotated[list[Short], Meta(max_length=SENSORS_MAX)] = []
    settings: Annotated[
        list[Annotated[str, Meta(max_length=SETTING_CHARS_MAX)]], Meta(max_length=SETTINGS_MAX)
    ] = []
    staffing: Literal["as_recorded", "nobody", "later"] = "as_recorded"
    delay_s: Annotated[float, Meta(ge=0.0, le=DELAY_MAX_S)] = 0.0


class WhatIfLevel(View, frozen=True, kw_only=True):
    """The first warning of a zone at a level or above, None: never.

    earlier_s: by how much it comes earlier with the change; None where one never came.
    """

    level: str
    before_us: int | None
    after_us: int | None
    earlier_s: float | None


class WhatIfZone(View, frozen=True, kw_only=True):
    """One zone in both worlds. issues: how many alarms its people heard."""

    zone_id: str
    name: str
    levels: list[WhatIfLevel]
    issues_before: int
    issues_after: int


class WhatIfWarning(View, frozen=True, kw_only=True):
    """One warning of one world. cleared_us: None where it was open at the end.

    only_here: the other world has none at that time. false: no attacker was near; None where the
    truth is not known.
    """

    zone_id: str
    raised_us: int
    cleared_us: int | None
    level: str
    track_ids: list[int]
    reason: str
    only_here: bool
    false: bool | None


class WhatIfResult(View, frozen=True, kw_only=True):
    """Both worlds compared. same: the change changed nothing that is compared.

    missed_*, false_*: zones never warned of an attack, and warnings without one, both None where
    the truth is not known. commands: what people did that could not be done as it was, in words.
    """

    same: bool
    zones: list[WhatIfZone]
    recorded: list[WhatIfWarning]
    changed: list[WhatIfWarning]
    tracks_recorded: int
    tracks_changed: int
    missed_recorded: int | None
    missed_changed: int | None
    false_recorded: int | None
    false_changed: int | None
    commands: list[str]
    notes: list[str]


class WhatIfView(View, frozen=True, kw_only=True):
    """A what if beside a replay (GET /api/replay/whatif).

    state: "none", "working", "done", "failed" (error says why) or "cancelled". changes: what was
    asked, in words. done_ratio: how far it is, 0 to 1. number: another for each that is asked.
    """

    state: str
    number: int
    changes: list[str]
    done_ratio: float
    error: str
    result: WhatIfResult | None


class WhatIfOpen(View, frozen=True, kw_only=True):
    """A warning that is open in the changed world at a moment."""

    warning_id: int
    zone_id: str
    zone_name: str
    level: str
    reason: str
    track_ids: list[int]


class WhatIfPicture(View, frozen=True, kw_only=True):
    """The changed world at a moment: the last kept picture at or before it."""

    t_us: int
    tracks: list[TrackView]
    warnings: list[WhatIfOpen]
