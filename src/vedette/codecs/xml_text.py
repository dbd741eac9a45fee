"""Text as it may stand in XML, for every codec that writes some."""

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;",
     "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    | {chr(code): " " for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
    | {chr(code): " " for code in range(0xD800, 0xE000)}
)  # fmt: skip


def escaped(text: str) -> str:
    """Make a text safe in an attribute or between tags; what XML 1.0 cannot hold is a blank."""
    return text if text.isalnum() and text.isascii() else text.translate(_ESCAPES)
