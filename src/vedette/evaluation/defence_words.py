"""Defence in plain words with numbers: for the terminal, and for the page."""

from vedette.evaluation.campaign import Rate
from vedette.evaluation.defence import Added, Defence, Figure, Size


def lines(found: Defence) -> list[str]:
    """Say what a site could stop, a line each."""
    people = "with people at the console" if found.attended else "with nobody at the console"
    said = [f"{found.scenario}, {people}, {len(found.seeds)} seeds; effectors are models"]
    said += [f"  {size_words(size)}" for size in found.sizes]
    for count in dict.fromkeys(added.raid for added in found.added):
        said.append(f"raid of {count}: what each part adds to the probability, and to the warning")
        said += [f"  {added_words(a)}" for a in found.added if a.raid == count]
    return said


def size_words(size: Size) -> str:
    """Say one raid size."""
    words = (
        f"raid of {size.raid}: nothing gets through in {rate_words(size.held)};"
        f" {size.through_mean:.2g} get through on average; warned {figure_words(size.warning)}"
        " before the first"
    )
    if size.unwarned:
        words += f", not at all in {size.unwarned}"
    if size.undecided:
        words += f"; {size.undecided} still flew at the end and count as through"
    if size.failed:
        words += f"; {size.failed} runs did not come to their end and count as not held"
    return words


def added_words(added: Added) -> str:
    """Say what one part adds."""
    return (
        f"{added.name}: {difference_words(added)}; {signed_words(added.warning)} of warning"
        f" (without it {rate_words(added.without.held)})"
    )


def difference_words(added: Added) -> str:
    """Say the difference of probabilities with its interval."""
    return f"{added.held_prob:+.2f} ({added.low_prob:+.2f} to {added.high_prob:+.2f})"


def rate_words(rate: Rate) -> str:
    """Say how often, with the exact interval."""
    return f"{rate.times} of {rate.of} ({rate.low:.0%} to {rate.high:.0%})"


def figure_words(figure: Figure) -> str:
    """Say a median of seconds with its bounds, where there are any."""
    if figure.low_s is None or figure.high_s is None:
        return f"{figure.median_s:.0f} s"
    return f"{figure.median_s:.0f} s ({figure.low_s:.0f} to {figure.high_s:.0f})"


def signed_words(figure: Figure) -> str:
    """Say a median difference of seconds with its bounds."""
    if figure.low_s is None or figure.high_s is None:
        return f"{round(figure.median_s):+d} s"
    return f"{round(figure.median_s):+d} s ({round(figure.low_s):+d} to {round(figure.high_s):+d})"
