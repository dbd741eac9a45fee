"""The errors Vedette raises on purpose. Everything else is a programmer's error and may crash."""


class VedetteError(Exception):
    """What a user can mend: its text is one line that says what to do."""


class RefusedError(VedetteError):
    """Input from outside that is not valid; the text is the reason, shown and counted."""
