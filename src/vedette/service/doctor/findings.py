"""What the doctor finds."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and what to do."""

    what: str
    do: str
