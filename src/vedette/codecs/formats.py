"""The recorded formats that are known: the one list that all commands go through.

To add one see `codecs/recorded.py`. Order matters where a file's ending does not tell: the first
whose `begins` agrees takes it.
"""

from collections.abc import Iterator, Sequence

from vedette.base.errors import RefusedError
from vedette.codecs.adsb import recorded as adsb
from vedette.codecs.asterix import recorded as asterix
from vedette.codecs.captures import formats_of
from vedette.codecs.cot import recorded as cot
from vedette.codecs.detections import recorded as detections
from vedette.codecs.recorded import Fault, Format, Payload
from vedette.codecs.remote_id import recorded as remote_id
from vedette.codecs.sapient import recorded as sapient
from vedette.codecs.saved import SAVED

# What datagrams and radio packets in captures may hold; ASTERIX last, it takes what nobody claims.
PAYLOADS: tuple[Payload, ...] = (
    *remote_id.PAYLOADS,
    detections.PAYLOAD,
    cot.PAYLOAD,
    asterix.PAYLOAD,
)

RECORDED: tuple[Format, ...] = (
    *formats_of(PAYLOADS),
    detections.PARQUET,
    adsb.SBS,
    adsb.AVR,
    cot.FORMAT,
    sapient.FORMAT,
    detections.LINES,
    adsb.BEAST,
    asterix.FORMAT,
    detections.CSV,
)

ALSO = {"jsonl": "detections"}  # other words for the same


def _asterix_or_capture(data: bytes) -> Iterator[Fault]:
    captured = next((f for f in RECORDED if f.name in ("pcap", "pcapng") and f.begins(data)), None)
    return (captured or asterix.FORMAT).faults(data)


# Words of `vedette check` that are not one format.
FAMILIES = {"asterix": _asterix_or_capture, **SAVED}


def named(name: str) -> Format:
    """Give the format of a name. Raises RefusedError for another."""
    name = ALSO.get(name, name)
    for known in RECORDED:
        if known.name == name:
            return known
    raise RefusedError(f"unknown format {name!r}: choose from {', '.join(names())}")


def names() -> list[str]:
    """List the formats' names, in alphabetical order."""
    return sorted(known.name for known in RECORDED)


def told(head: bytes, ending: str) -> Format | None:
    """Say the format of a file by its first bytes, or else its ending (".csv"); None: unknown.

    A marked format is known by its bytes alone. An ending is believed, even against the bytes; of
    several formats with that ending the bytes choose. An empty file is what it is called.
    """
    for known in RECORDED:
        if known.is_marked and known.begins(head):
            return known
    with_ending = [f for f in RECORDED if ending in f.endings and (not f.is_marked or not head)]
    if len(with_ending) > 1:
        return _beginning(with_ending, head) or _beginning(RECORDED, head) or with_ending[0]
    return with_ending[0] if with_ending else _beginning(RECORDED, head)


def _beginning(among: Sequence[Format], head: bytes) -> Format | None:
    return next((known for known in among if known.begins(head)), None)


def endings() -> list[str]:
    """List every ending that is known, in the order of the formats."""
    return list(dict.fromkeys(ending for known in RECORDED for ending in known.endings))
