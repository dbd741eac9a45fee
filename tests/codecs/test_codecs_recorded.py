"""Every recorded format of the list: told by its content, read, judged, counted by message."""

import random

import pytest
from codecs_mutator import mutate
from codecs_world import T0_NS, asterix_datagrams, detection_text, good_files, pcap_bytes

from vedette import codecs
from vedette.model.reports import Detection, Plot, Refusal, SensorStatus

FILES = good_files()
READ = [known for known in codecs.RECORDED if known.read is not None]


def reading(site):
    return codecs.Reading("file", site, T0_NS)


def counted(messages):
    return sum(count.read for count in messages.values()), sum(
        count.refused.total() for count in messages.values()
    )


def test_every_format_has_a_name_of_its_own_and_a_valid_file_here():
    names = [known.name for known in codecs.RECORDED]
    assert len(set(names)) == len(names)
    assert set(names) == set(FILES)
    assert all(known.title and known.endings for known in codecs.RECORDED)


@pytest.mark.parametrize("known", codecs.RECORDED, ids=lambda known: known.name)
def test_a_valid_file_has_no_fault_and_is_told_by_content_or_ending(known):
    for data in FILES[known.name]:
        assert list(known.faults(data)) == []
        head = data[: codecs.HEAD_BYTES]
        assert codecs.told(head, known.endings[0]) is known
        assert codecs.told(head, "") is known


@pytest.mark.parametrize("known", READ, ids=lambda known: known.name)
def test_each_report_and_each_refusal_is_counted_once_by_kind_of_message(known, site):
    source, many = random.Random(7), 0
    for k in range(300):
        data = FILES[known.name][0] if k == 0 else mutate(source, FILES[known.name])
        told = reading(site)
        reports = [report for _, report, _ in known.read(data, told)]
        good = [r for r in reports if isinstance(r, Detection | SensorStatus)]
        refused = sum(r.count for r in reports if isinstance(r, Refusal))
        assert counted(told.messages)[1] == refused
        assert counted(told.messages)[0] >= len(good)
        many += refused
    assert many


@pytest.mark.parametrize("known", READ, ids=lambda known: known.name)
def test_a_file_is_read_without_a_site_and_its_sensors_are_named_as_they_call_themselves(known):
    told = codecs.anywhere("file", T0_NS)
    reports = [report for _, report, _ in known.read(FILES[known.name][0], told)]
    assert any(isinstance(r, Detection) for r in reports)
    assert not [r for r in reports if isinstance(r, Refusal)]


def test_radars_without_a_site_are_named_by_their_codes():
    told = codecs.anywhere("file", T0_NS)
    data = b"".join(asterix_datagrams())
    reports = [r for _, r, _ in codecs.named("ast").read(data, told)]
    assert {r.sensor for r in reports} == {"sac-25-sic-1", "sac-25-sic-2"}
    assert told.messages["CAT048"].read == sum(isinstance(r, Plot) for r in reports) == 8
    assert told.messages["CAT034"].read == sum(isinstance(r, SensorStatus) for r in reports) == 2


def test_a_datagram_of_plots_and_a_north_mark_counts_each_under_its_category():
    told = codecs.anywhere("file", T0_NS)
    data = pcap_bytes([b"".join(asterix_datagrams())])
    reports = [r for _, r, _ in codecs.named("pcap").read(data, told)]
    assert told.messages["CAT048"].read == sum(isinstance(r, Plot) for r in reports) == 8
    assert told.messages["CAT034"].read == sum(isinstance(r, SensorStatus) for r in reports) == 2


def test_a_capture_of_several_formats_gives_each_datagram_to_whoever_knows_it(site):
    told = reading(site)
    data = pcap_bytes([*asterix_datagrams(), detection_text()])
    reports = [r for _, r, _ in codecs.named("pcap").read(data, told)]
    assert not [r for r in reports if isinstance(r, Refusal)]
    assert {"CAT048", "polar", "geographic"} <= set(told.messages)
    assert codecs.check("pcap", data).accepted
