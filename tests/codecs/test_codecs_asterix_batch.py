"""The compiled reader gives what the readable one gives, on real radars and on mutated bytes."""

import os
import random

import pytest
from codecs_mutator import mutate
from codecs_world import T0_NS, asterix_datagrams
from hypothesis import given
from hypothesis import strategies as st

from vedette.codecs import capture
from vedette.codecs.asterix import (
    Cat034,
    Cat048,
    blocks,
    decode_cat034,
    decode_cat048,
    encode_cat034,
    encode_cat048,
    measure,
    radars_of,
    read_datagram,
    reports_of,
)
from vedette.config.site import Reference, Sensor, Site
from vedette.model.enums import Mode
from vedette.model.reports import Plot, SensorStatus

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "2000"))


def both(site, datagrams, is_live=False):
    """Read datagrams in both ways, each with the radars' memory of its own."""
    fast, slow = radars_of(site), radars_of(site)
    batch = measure(datagrams, least_bytes=0)
    ones, others = [], []
    for k, data in enumerate(datagrams):
        t_ns = T0_NS + k * 1_000_000
        ones.append(reports_of(batch, k, "f", t_ns, fast, is_live))
        others.append(read_datagram(data, "f", t_ns, slow, is_live))
    assert fast == slow
    return ones, others


def sources_of(payloads):
    return {
        record.sac << 8 | record.sic
        for data in payloads
        for block in blocks(data)
        for record in (decode_cat048 if block.category == 48 else decode_cat034)(data, block)
    }


def site_of(sources):
    place = {"lat_deg": 45.0, "lon_deg": 16.0, "hae_m": 300.0}
    sensors = [
        Sensor(id=f"r{k}", kind=("radar_2d", "radar_3d")[k % 2], sac=c >> 8, sic=c & 255, **place)
        for k, c in enumerate(sorted(sources))
    ]
    return Site(
        schema=1, name="x", mode=Mode.SIMULATED, reference=Reference(**place), sensors=sensors
    )


@pytest.mark.parametrize("is_live", [False, True])
def test_real_radars_are_read_alike(shared_data, is_live):
    data = (shared_data / "asterix" / "croatia_cat034_048.pcap").read_bytes()
    payloads = [found.payload for found in capture.datagrams(data)]
    site = site_of(sources_of(payloads))
    ones, others = both(site, payloads, is_live)
    assert ones == others
    assert sum(isinstance(r, Plot) for each in ones for r in each) > 50


@pytest.mark.parametrize("is_live", [False, True])
def test_mutated_bytes_are_read_alike(site, is_live):
    source, corpus = random.Random(62), asterix_datagrams()
    for _ in range(max(COUNT // 200, 1)):
        datagrams = [mutate(source, corpus) for _ in range(200)]
        ones, others = both(site, datagrams, is_live)
        assert ones == others


steps = st.integers


@st.composite
def anything(draw):
    """Draw a record in which every item that matters may be there or not."""
    if draw(st.booleans()):
        return Cat034(
            sac=25, sic=draw(steps(1, 3)), message_type=draw(st.none() | steps(0, 7)),
            t_day_s=draw(st.none() | steps(0, 86_400 * 128 + 2).map(lambda k: k / 128)),
            sector_rad=draw(st.none() | st.floats(0, 6.28)),
            rotation_period_s=draw(st.none() | st.floats(0, 100)),
            common_status=draw(st.none() | steps(0, 255)),
        )  # fmt: skip
    has_place = draw(st.booleans())
    return Cat048(
        sac=25, sic=draw(steps(1, 3)),
        t_day_s=draw(st.none() | steps(0, 86_400 * 128 + 2).map(lambda k: k / 128)),
        report_type=draw(st.none() | steps(0, 7)), simulated=draw(st.booleans()),
        field_monitor=draw(st.booleans()), test_target=draw(st.booleans()),
        range_m=draw(st.floats(0, 4e5)) if has_place else None,
        azimuth_rad=draw(st.floats(0, 6.28)) if has_place else None,
        mode_3a=draw(st.none() | st.just("7000")), mode_3a_valid=draw(st.booleans()),
        height_baro_m=draw(st.none() | st.floats(-500, 20_000)),
        height_baro_valid=draw(st.booleans()), icao24=draw(st.none() | st.just("4b1234")),
        callsign=draw(st.none() | st.just("VED1") | st.just("")),
        height_msl_m=draw(st.none() | st.floats(-500, 20_000)),
        range_rate_mps=draw(st.none() | st.floats(-500, 500)),
        range_rate_doubtful=draw(st.booleans()), mode_s=draw(st.just([]) | st.just([b"12345678"])),
        warnings=draw(st.just([]) | st.just([1, 2])), track_number=draw(st.none() | steps(0, 9)),
    )  # fmt: skip


@given(st.lists(anything(), min_size=1, max_size=12), st.booleans())
def test_records_of_every_mixture_are_read_alike(site, records, is_live):
    datagrams = [
        (encode_cat048 if isinstance(record, Cat048) else encode_cat034)([record])
        for record in records
    ]
    ones, others = both(site, [*datagrams, b"".join(datagrams)], is_live)
    assert ones == others


def test_garbled_and_unvalidated_replies_are_no_claims_in_both_readers(site):
    # FSPEC 010 140 020 040 070 090: SSR, Mode 3/A garbled 1234, level not validated.
    data = bytes([48, 0, 3 + 1 + 2 + 3 + 1 + 4 + 2 + 2, 0xFC, 25, 2, 0, 0, 128, 0x40]) + bytes(
        [1, 0, 64, 0, 0x42, 0x9C, 0x80, 0x64]
    )
    ones, others = both(site, [data])
    assert ones == others
    (plot,) = ones[0]
    assert isinstance(plot, Plot)
    assert plot.claims is None and plot.height_baro_m is None


def test_a_datagram_of_service_messages_alone_is_read(site):
    data = encode_cat034([Cat034(sac=25, sic=1, message_type=1, t_day_s=2.0)])
    ones, others = both(site, [data])
    assert ones == others
    assert isinstance(ones[0][0], SensorStatus)


def test_nothing_is_read_of_nothing(site):
    assert both(site, []) == ([], [])
    assert both(site, [b""]) == ([[]], [[]])
