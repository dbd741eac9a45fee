"""The gate of ten thousand flights goes on where it was cut off, by the same program alone."""

from benchmarks import identity_gate as gate


def test_what_was_flown_is_not_flown_again_and_a_cut_line_is_left_out(tmp_path, monkeypatch):
    kept = tmp_path / "kept.jsonl"
    flown = []

    def watch(seed):
        flown.append(seed)
        return gate.Found(flights=gate.PER_SKY, suspect=gate.Counter({"microlight, well": 1}))

    monkeypatch.setattr(gate, "draw", lambda seed: seed)
    monkeypatch.setattr(gate, "watch", watch)
    assert gate.measure(200, kept).flights == 200
    whole = kept.read_bytes()
    kept.write_bytes(whole + whole[:40])
    found = gate.measure(300, kept)
    assert (found.flights, found.suspect.total(), flown) == (300, 3, [1, 2, 3])
    monkeypatch.setattr(gate, "program", lambda: "another")
    gate.measure(100, kept)
    assert flown == [1, 2, 3, 1]
