"""A service that starts quickly: people wait for the picture, above all after a crash."""

import gc


def begin_start() -> None:
    """Keep the collector of reference cycles still: nothing that is being imported is garbage.

    It would look through all of it again and again, a sixth of the time until the first picture.
    """
    gc.disable()


def end_start() -> None:
    """Let it work again, leaving alone for good what is there now."""
    gc.freeze()
    gc.enable()
