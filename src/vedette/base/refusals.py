"""Reasons of a refusal in plain words, where the decoder's own would show a regular expression."""

import re

_PATTERN = re.compile(
    r"Expected `str` matching regex (?P<regex>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?\Z", re.DOTALL
)
UNSEEN = "holds a character that cannot be seen, or that turns text round: take it out"
_OTHER = "holds characters that may not be in it, or too many"


def said_plainly(reason: str) -> str:
    """Say a msgspec reason without its regular expression, the field first; others as they are.

    A pattern that begins by what it excludes is one of free text, which may hold all that is seen.
    """
    found = _PATTERN.match(reason)
    if found is None:
        return reason
    words = UNSEEN if found["regex"].strip("'\"").startswith("^[^") else _OTHER
    return f"{found['path']}: {words}" if found["path"] else words
