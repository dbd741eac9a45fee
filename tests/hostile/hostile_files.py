"""Nasty files by format: (what it is, bytes, words of the reason)."""

import decimal
import io
import struct
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from vedette.codecs.adsb import beast, mode_s
from vedette.codecs.asterix import Cat048, encode_cat048

Case = tuple[str, str, bytes, str]  # format, what, bytes, words of the reason
MIB = 1 << 20
DETECTION = b'{"t_ns":1641254400000000000,"sensor":"radar","range_m":900.0,"azimuth_deg":45}'
SBS = b"MSG,3,1,1,4B1234,1,2022/01/04,00:00:00.000,2022/01/04,00:00:00.000,,5000,,,33.9,42.5,,,,,,"
HEADER = b"t_ns,sensor,range_m\n"
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
DEEP = 100_000


def detection(old: bytes, new: bytes) -> bytes:
    assert old in DETECTION
    return DETECTION.replace(old, new) + b"\n"


def detections() -> list[Case]:
    """Lines of JSON."""
    cases = [
        ("a NUL", detection(b"radar", b"ra\0dar"), "bad text: NUL"),
        ("an escaped NUL", detection(b"radar", b"ra\\u0000dar"), "bad value"),
        ("NaN", detection(b"900.0", b"NaN"), "bad json"),
        ("Infinity", detection(b"900.0", b"Infinity"), "bad json"),
        ("-Infinity", detection(b"900.0", b"-Infinity"), "bad json"),
        ("1e400", detection(b"900.0", b"1e400"), "out of range"),
        ("an integer of 4000 digits", detection(b"900.0", b"9" * 4000), "out of range"),
        ("a time before 1970", detection(b"16412544", b"-16412544"), "out of range"),
        ("a time after 2099", detection(b"16412544", b"9916412544"), "out of range"),
        ("a year of five digits", detection(b'"t_ns":1641254400000000000',
                                            b'"time":"99999-01-01T00:00:00Z"'), "bad time"),
        ("30 February", detection(b'"t_ns":1641254400000000000',
                                  b'"time":"2022-02-30T00:00:00Z"'), "bad time"),
        ("nesting", b"[" * DEEP + b"\n", "too long"),
        ("nesting within a line", b"[" * 4000 + b"\n", "too deep"),
        ("nested objects", b'{"claims":' * 400 + b"\n", "too deep"),
        ("a line of 10 MiB", b'"' + b"x" * 10 * MIB, "too long"),
        ("10 MiB of brackets", b"[" * 10 * MIB, "too long"),
        ("10 MiB of blank lines", b"\n" * 10 * MIB, "empty"),
        ("not UTF-8", detection(b"radar", b"ra\xff\xfedar"), "bad"),
        ("a lone surrogate", detection(b"radar", b"\\ud800"), "bad"),
        ("an unknown key of 3000 letters", detection(b"sensor", b"s" * 3000), "unknown key"),
        ("no group", b'{"t_ns":1,"sensor":"a"}\n', "wrong group"),
        ("two groups", detection(b'"azimuth_deg":45', b'"east_m":1,"north_m":1'), "wrong group"),
        ("a negative range", detection(b"900.0", b"-900.0"), "out of range"),
        ("a sigma of zero", detection(b"45}", b'45,"sigma":{"range_m":0}}'), "out of range"),
        ("class probabilities above 1", detection(
            b"45}", b'45,"class":{"bird":0.9,"balloon":0.9}}'), "out of range"),
        ("a sensor's path", detection(b"radar", b"../../etc/passwd"), "bad value"),
    ]  # fmt: skip
    return [(name, *case) for case in cases for name in ("detections", "jsonl")]


def csv() -> list[Case]:
    """Tables as text."""

    def row(cells: bytes, header: bytes = HEADER) -> bytes:
        return header + cells + b"\n"

    cases = [
        ("a NUL", row(b"1,ra\0dar,900"), "NUL"),
        ("NaN", row(b"1,radar,NaN"), "range_m is"),
        ("inf", row(b"1,radar,inf"), "range_m is"),
        ("1e400", row(b"1,radar,1e400"), "range_m is"),
        ("a number of 4000 digits", row(b"9" * 4000 + b",a,1"), "line 2"),
        ("a time after 2099", row(b"5000000000000000000,a,1"), "out of range"),
        ("a negative time", row(b"-1,a,1"), "out of range"),
        ("digits of another script", row("1,a,\u0661\u0662\u0663".encode()), "bad value"),
        ("underscores in a number", row(b"1,a,9_00"), "bad value"),
        ("a line of 10 MiB", row(b"x" * 10 * MIB), "too long"),
        ("a header of 10 MiB", b"x" * 10 * MIB, "too long"),
        ("10 MiB of commas", b"," * 10 * MIB, "too long"),
        ("a quote without its end", row(b'1,"radar,900'), "not CSV"),
        ("one cell too many", row(b"1,radar,900,1"), "4 cells, 3 columns"),
        ("a column twice", row(b"1,1,a", b"t_ns,t_ns,sensor\n"), "stands twice"),
        ("an unknown column", row(b"1,a,1", b"t_ns,sensor,=cmd()\n"), "unknown key"),
        ("no sensor", row(b"1,1", b"t_ns,range_m\n"), "missing key"),
        ("not UTF-8", row(b"1,\xff\xfe,900"), "not UTF-8"),
        ("a header alone", HEADER, "empty"),
    ]
    return [("csv", *case) for case in cases]


def sbs() -> list[Case]:
    """BaseStation lines."""

    def line(old: bytes, new: bytes) -> bytes:
        assert old in SBS
        return SBS.replace(old, new) + b"\r\n"

    cases = [
        ("a NUL", line(b"4B1234", b"4B\x001234"), "bad text"),
        ("NaN", line(b"33.9", b"NaN"), "bad value"),
        ("inf", line(b"33.9", b"inf"), "bad value"),
        ("1e400", line(b"33.9", b"1e400"), "bad value"),
        ("a latitude of 91", line(b"33.9", b"91"), "out of range"),
        ("a height of 10^9 ft", line(b"5000", b"999999999"), "out of range"),
        ("month 13", line(b"2022/01/04,", b"2022/13/04,"), "bad time"),
        ("the year 0", line(b"2022/01/04,", b"0000/01/04,"), "bad time"),
        ("a line of 10 MiB", b"MSG," + b"3" * 10 * MIB, "too long"),
        ("10 MiB of commas", b"," * 10 * MIB, "too long"),
        ("ten fields", b"MSG,3,1,1,4B1234,1,,,,\r\n", "bad frame"),
        ("letters in the address", line(b"4B1234", b"XYZXYZ"), "bad value"),
        ("not ASCII", line(b"4B1234", b"\xd9\xa1\xd9\xa2\xd9\xa3"), "bad text"),
    ]
    return [("sbs", *case) for case in cases]


def asterix() -> list[Case]:
    """Data blocks."""
    plain = encode_cat048([Cat048(sac=25, sic=1, t_day_s=1.0, range_m=900.0, azimuth_rad=1.0)])

    def block(body: bytes, category: int = 48) -> bytes:
        return struct.pack(">BH", category, len(body) + 3) + body

    late = b"\xd0" + b"\x19\x01" + b"\xff\xff\xff" + bytes(4)
    cases = [
        ("LEN 0", b"\x30\x00\x00" + plain, "bad length"),
        ("LEN 2", b"\x30\x00\x02" + plain, "bad length"),
        ("LEN above the rest", b"\x30\xff\xff" + plain, "truncated"),
        ("half a header", b"\x30\x00", "truncated"),
        ("an endless FSPEC", block(b"\x81" + b"\x01" * 60_000), "bad length"),
        ("a full FSPEC without end", block(b"\xff" * 60_000), "bad length"),
        ("an FSPEC of nothing", block(b"\x00" * 9), "empty"),
        ("an FRN beyond the profile", block(b"\x01\x01\x01\x01\x80" + bytes(40)), "unknown item"),
        ("REP 255 past the block", block(b"\x01\x20\xff" + bytes(16)), "truncated"),
        ("an endless extended item", block(b"\x20" + b"\xff" * 60_000), "bad length"),
        ("an endless compound", block(b"\x03\x00" + b"\x01" * 60_000), "bad length"),
        ("an explicit item of length 0", block(b"\x01\x01\x01\x04\x00"), "bad length"),
        ("a time of day after midnight", block(late), "bad time"),
        ("category 0", block(b"\x80\x19\x01", 0), "unsupported category"),
        ("10 MiB of zeros", bytes(10 * MIB), "bad length"),
        ("10 MiB of ones", b"\xff" * 10 * MIB, "unsupported category"),
        ("text", b"NaN Infinity 1e400", "truncated"),
    ]
    return [(name, *case) for case in cases for name in ("asterix", "ast")]


def beasts() -> list[Case]:
    """Beast frames."""
    message = mode_s.airborne_position("4b1234", 0.59, 0.74, 900.0, False)
    whole = beast.encode([beast.frame_of(message, 12)])
    cases = [
        ("endless escapes", b"\x1a" * 10 * MIB, "bad frame"),
        ("escapes within a frame", b"\x1a3" + b"\x1a\x1a" * 5, "truncated"),
        ("an unknown type", b"\x1a9" + bytes(21), "bad frame"),
        ("a frame within a frame", whole[:9] + whole, "truncated"),
        ("half a frame", whole[:-1], "truncated"),
        ("a flipped bit", whole[:-4] + bytes([whole[-4] ^ 1]) + whole[-3:], "bad checksum"),
        ("10 MiB of zeros", bytes(10 * MIB), "bad frame"),
        ("frames of types that are none", b"\x1a\x00" * 5 * MIB, "bad frame"),
        ("text", b"NaN,Infinity,1e400", "bad frame"),
    ]
    return [("beast", *case) for case in cases]


def pcap() -> list[Case]:
    """Captures, both kinds."""

    def packet(seconds: int, length: int, data: bytes = b"") -> bytes:
        return PCAP + struct.pack("<IIII", seconds, 0, length, length) + data

    def block(kind: int, body: bytes, length: int | None = None) -> bytes:
        size = len(body) + 12 if length is None else length
        return struct.pack("<II", kind, size) + body + struct.pack("<I", size)

    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    # if_tsoffset of -2^62 s: every packet from long before 1970
    past = struct.pack("<HHIHHqHH", 1, 0, 65535, 14, 8, -(1 << 62), 0, 0)
    enhanced = struct.pack("<IIIII", 0, 0, 0, 0, 0)
    pcaps = [
        ("caplen of 4 GiB", packet(1, 0xFFFFFFFF), "bad length"),
        ("caplen of 256 KiB, nothing there", packet(1, 262_144), "truncated"),
        ("a packet from 2106", packet(0xFFFFFFFF, 1, b"x"), "bad time"),
        ("half a packet header", PCAP + b"\0" * 15, "truncated"),
        ("an unknown link", PCAP[:20] + struct.pack("<I", 147), "unsupported link"),
        ("no magic", b"\0" * 64, "bad header"),
        ("a header alone", PCAP, "no UDP datagram"),
        ("10 MiB of zeros after the header", PCAP + bytes(10 * MIB), "no bytes"),
        ("10 MiB of ones after the header", PCAP + b"\xff" * 10 * MIB, "bad length"),
    ]
    pcapngs = [
        ("block length 0", section + block(6, b"", 0), "bad length"),
        ("a cyclic block length", section + block(6, enhanced, 4), "bad length"),
        ("block length of 4 GiB", section + block(6, enhanced, 0xFFFFFFFC), "bad length"),
        ("block length not of four", section + block(6, enhanced, 33), "bad length"),
        ("two lengths that differ", section + block(6, enhanced)[:-4] + bytes(4), "bad length"),
        ("a packet of no interface", section + block(6, enhanced), "undeclared interface"),
        ("257 interfaces", section + block(1, struct.pack("<HHI", 1, 0, 0)) * 257, "256 interf"),
        ("sections without end", section * 50_000, "no UDP datagram"),
        ("no byte-order magic", section[:8] + b"\0\0\0\0" + section[12:], "byte-order"),
        ("times before 1970", section + block(1, past) + block(6, enhanced), "bad time"),
        ("a section of blank blocks", section + block(9, b"") * 100_000, "no UDP datagram"),
        ("no magic", b"\0" * 64, "bad header"),
    ]
    return [("pcap", *case) for case in pcaps] + [("pcapng", *case) for case in pcapngs]


def table(columns: dict[str, Any]) -> bytes:
    """Write columns as Parquet."""
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def parquets() -> list[Case]:
    """Tables in columns."""

    def with_range(value: Any, **more: Any) -> bytes:
        return table({"sensor": ["a"], "t_ns": [1], "range_m": value, **more})

    good = with_range([900.0])
    nested: pa.DataType = pa.float64()
    for _ in range(90):
        nested = pa.struct([("range_m", nested)])
    zeros = pa.array([0] * 3_000_000, pa.int64())
    rows = pa.array(["a"]).dictionary_encode().take(zeros)
    cases = [
        ("NaN", with_range([float("nan")]), "range_m is"),
        ("infinity", with_range([float("inf")]), "range_m is"),
        ("a number for a table", with_range([9.0], **{"sigma": [5], "sigma.range_m": [3.0]}),
         "sigma"),
        ("a date for a time", table({"sensor": ["a"], "range_m": [9.0],
                                     "time": pa.array([2**31 - 1], pa.date32())}), "time"),
        ("a duration for a time", table({"sensor": ["a"], "range_m": [9.0],
                                         "t_ns": pa.array([2**62], pa.duration("s"))}), "t_ns"),
        ("a zone that is none", table({"sensor": ["a"], "range_m": [9.0],
                                       "time": pa.array([0], pa.timestamp("s", "No/Zone"))}),
         "time"),
        ("a decimal", with_range([decimal.Decimal("9.5")]), "range_m"),
        ("texts for numbers", with_range(["9"]), "range_m"),
        ("lists", with_range([[[1.0]]]), "range_m"),
        ("a map", with_range([9.0], sigma=pa.array([[("range_m", 1.0)]],
                                                   pa.map_(pa.string(), pa.float64()))), "sigma"),
        ("nesting", with_range([9.0], sigma=pa.nulls(1, nested)), "sigma"),
        ("a time after 2099", table({"sensor": ["a"], "range_m": [9.0],
                                     "t_ns": pa.array([2**64 - 1], pa.uint64())}), "out of range"),
        ("a NUL in a claim", with_range([9.0], **{"claims.callsign": ["A\0B"]}), "claims"),
        ("3,000,000 rows in 33 kB", table({"sensor": rows, "t_ns": zeros,
                                           "range_m": pa.array([9.0] * 3_000_000)}), "too long"),
        ("a column twice", table_twice(), "stands twice"),
        ("an unknown column", with_range([9.0], **{"__class__": [1]}), "unknown key"),
        ("no rows", table(
            {"sensor": pa.array([], pa.string()), "t_ns": pa.array([], pa.int64())}), "empty"),
        ("a footer cut short", good[:-9], "not Parquet"),
        ("a footer's length of 2 GiB", good[:-8] + b"\xff\xff\xff\x7fPAR1", "not Parquet"),
        ("a footer of zeros", good[:-600] + bytes(592) + good[-8:], "not Parquet"),
        ("pages of zeros", good[:4] + bytes(200) + good[204:], "not Parquet"),
        ("magic alone", b"PAR1PAR1", "not Parquet"),
        ("10 MiB of zeros", bytes(10 * MIB), "not Parquet"),
    ]  # fmt: skip
    return [("parquet", *case) for case in cases]


def table_twice() -> bytes:
    """Write a table with two columns of one name."""
    sink = io.BytesIO()
    columns = [pa.array(["a"]), pa.array([1]), pa.array([2])]
    parquet.write_table(pa.Table.from_arrays(columns, names=["sensor", "t_ns", "t_ns"]), sink)
    return sink.getvalue()


def toml() -> list[Case]:
    """Site and scenario files."""
    cases = [
        ("nothing", b"", "is missing"),
        ("a NUL", b"a = 1\n\0", "NUL byte"),
        ("nesting", b"a = " + b"[" * DEEP, "nested more than"),
        ("nested tables", b"a = " + b"{a=" * DEEP, "nested more than"),
        ("1e400", b"schema = 1e400", "finite number"),
        ("nan", b"schema = nan", "finite number"),
        ("10 MiB", b"#" * 10 * MIB, "larger than"),
        ("a key of 400,000 parts", b"a" + b".a" * 400_000 + b" = 1", "a key of more than"),
        ("a number of 900,000 digits", b"a = " + b"9" * 900_000, "a number of more than"),
        ("not UTF-8", b"\xff\xfe\xfd", "not UTF-8"),
        ("a text without end", b'name = "x', "not TOML"),
    ]
    return [(name, *case) for case in cases for name in ("site", "scenario")]


CASES: list[Case] = [
    *detections(), *csv(), *sbs(), *asterix(), *beasts(), *pcap(), *parquets(), *toml(),
]  # fmt: skip
