"""What docs/results.md says of the campaigns: each row is of the largest that came to its end."""

from benchmarks.figures import Figure
from benchmarks.hostile import with_kept


def row(what, inputs):
    return Figure(what, f"{inputs:,} inputs, 85% refused, slowest 0.98 ms, 0.2 MiB", "10 ms")


def traces(decoders, refused):
    return Figure(f"messages refused by {decoders} decoders, and how many", f"{refused:,}, 0", "0")


def test_a_row_stays_until_a_campaign_of_as_many_inputs_comes_to_its_end():
    kept = [row("ASTERIX 048, feed", 1_000_000), row("Beast, feed", 20_000), traces(28, 9_000)]
    now = [row("ASTERIX 048, feed", 20_000), row("Beast, feed", 20_000), row("SBS, feed", 500)]
    assert with_kept(now, kept) == [kept[0], now[1], now[2], kept[2]]
    more = [row("Beast, feed", 1_000_000), traces(29, 12_345)]
    assert with_kept(more, kept) == [kept[0], *more]
