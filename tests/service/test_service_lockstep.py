"""What does not depend on the network's timing."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vedette.model.arrivals import Arrival
from vedette.service.lockstep import ordered

STREAMS = frozenset({"beast"})


def pieces(data: bytes, cuts: list[int]) -> list[Arrival]:
    edges = [0, *sorted(c % (len(data) + 1) for c in cuts), len(data)]
    parts = [data[a:b] for a, b in itertools.pairwise(edges) if b > a]
    return [Arrival(feed="beast", t_recv_ns=7, data=part) for part in parts]


@given(st.binary(max_size=200), st.lists(st.integers(0, 1000), max_size=6))
def test_where_a_stream_is_cut_changes_nothing(data, cuts):
    whole = ordered(pieces(data, []), STREAMS, 9)
    assert ordered(pieces(data, cuts), STREAMS, 9) == whole


@given(st.permutations(["a", "b", "c"]))
def test_feeds_come_in_one_order_and_each_keeps_its_own(names):
    arrivals = [
        Arrival(feed=name, t_recv_ns=1, data=bytes([i])) for i in range(3) for name in names
    ]
    placed = ordered(arrivals, STREAMS, 5)
    assert [(a.feed, a.data[0]) for a in placed] == [(f, i) for f in "abc" for i in range(3)]
    assert {a.t_recv_ns for a in placed} == {5}


def test_datagrams_are_never_joined():
    datagrams = [Arrival(feed="udp", t_recv_ns=1, data=b"x"), Arrival(feed="udp", t_recv_ns=1)]
    assert len(ordered(datagrams, STREAMS, 2)) == 2


def test_a_reconnection_parts_what_came_before_from_what_came_after():
    arrivals = [
        Arrival(feed="beast", t_recv_ns=1, data=b"a"),
        Arrival(feed="beast", t_recv_ns=1, kind="opened"),
        Arrival(feed="beast", t_recv_ns=1, data=b"b"),
    ]
    assert [a.kind for a in ordered(arrivals, STREAMS, 2)] == ["data", "opened", "data"]
