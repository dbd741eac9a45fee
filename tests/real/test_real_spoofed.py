"""A real spoofed airliner's ADS-B, and honest aircraft beside it, through the real chain."""

import pytest


@pytest.fixture
def found(measured):
    return {row["what"]: row["value"] for row in measured("spoofed_adsb", "--quick")}


def hits(value: str) -> tuple[int, int]:
    """Read "12.3%, 4 of 32 (...)"."""
    part = value.split(", ")[1].split(" (")[0]
    one, _, other = part.partition(" of ")
    return int(one), int(other)


def test_the_spoofed_are_named_and_the_honest_are_not(found):
    for group in ("deceived, as recorded", "deceived, among others", "replayed, nobody there"):
        named, trials = hits(found[f"{group}: named"])
        assert named >= 0.95 * trials and trials >= 3, group
    neutral, trials = hits(found["false ones ever NEUTRAL"])
    assert neutral == 0 and trials >= 20
    accused, honest = hits(found["honest, among others: accused"])
    assert accused <= 0.02 * honest and honest >= 50
