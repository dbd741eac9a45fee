"""A site file is read, or refused in one line that names file, line and key."""

import itertools
import os
import re
import time
import tomllib
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.config.kinds import FEED_KINDS
from vedette.config.lines import locate
from vedette.config.load import check_site, load_site, parse_site
from vedette.config.site import Feed

MUTATIONS = int(os.environ.get("VEDETTE_MUTATIONS", "2000"))
SITE = Path(__file__).resolve().parents[2] / "scenarios" / "sites" / "ain_al_asad.toml"
MUTATION_MAX_S = 2.0  # a refusal takes milliseconds; the rest is for a busy machine


@pytest.fixture(scope="module")
def text() -> str:
    return SITE.read_text()


def refusal(text: str) -> str:
    """Return why a site file is refused; fail where it is accepted."""
    accepted, reason = check_site(text.encode(), "site.toml")
    assert not accepted
    assert "\n" not in reason
    return reason


def line_of(text: str, words: str) -> int:
    """Return the line on which `words` first stand."""
    return text[: text.index(words)].count("\n") + 1


def test_the_shipped_site_is_accepted(text):
    site = load_site(SITE)
    assert site.mode == "SIMULATED"
    assert site.sensors[0].id == "radar_north"
    assert site.sensors[0].coverage.range_max_m == 30_000.0
    assert all(effector.simulated for effector in site.effectors)
    assert check_site(text.encode(), "x") == (True, "")


CHANGES = [
    # (what stands there, what it becomes, words of the line that is named, key, reason)
    ("range_sigma_m = 25.0", "range_sigmam = 25.0", "range_sigmam", "sensors[0].range_sigmam",
     "unknown key (did you mean range_sigma_m?)"),
    ("range_min_m = 300.0, range", "range_minm = 300.0, range", "range_minm",
     "sensors[0].coverage.range_minm", "did you mean range_min_m?"),
    ("range_sigma_m = 25.0", "range_sigma_m = -25.0", "= -25.0", "sensors[0].range_sigma_m",
     "must be a number > 0.0, not -25.0"),
    ("range_sigma_m = 25.0", 'range_sigma_m = "wide"', '"wide"', "sensors[0].range_sigma_m",
     "must be a number, got a text"),
    ("range_sigma_m = 25.0", "range_sigma_m = nan", "= nan", "sensors[0].range_sigma_m",
     "must be a finite number"),
    ("range_sigma_m = 25.0", "range_sigma_m = inf", "= inf", "sensors[0].range_sigma_m",
     "must be a finite number"),
    ("value = 5", "value = 99999999999999999999", "9999999", "assets[0].value", "is beyond"),
    ("lat_deg = 33.7830", "lat_deg = 91.0", "= 91.0", "assets[0].lat_deg", "<= 90.0"),
    ("lat_deg = 33.7830\nlon_deg = 42.4480", "lat_deg = 42.4480\nlon_deg = 33.7830",
     "lat_deg = 42.4480", "assets[0].lat_deg", "swapped?"),
    ("hae_m = 195.0\nrange", "range", "[[sensors]]", "sensors[0].hae_m", "is missing"),
    ('kind = "radar_3d"', 'kind = "radar"', '"radar"', "sensors[0].kind", "'radar'"),
    ('id = "command_post"\nname', 'id = "barracks"\nname', 'id = "barracks"\nname = "Command',
     "assets[1].id", "'barracks' is there twice"),
    ('id = "barracks"', 'id = "Bar racks"', '"Bar racks"', "assets[0].id", "lower-case letters"),
    ('asset = "barracks"', 'asset = "barrack"', '"barrack"', "zones[0].asset",
     "no asset 'barrack' (known: barracks, command_post, flight_line)"),
    ("take_cover_s = 30.0", 'channels = ["siren"]', '["siren"]', "zones[0].channels[0]",
     "no webhook or channel 'siren'"),
    ("take_cover_s = 30.0", "imminent_s = 400.0", "= 400.0", "zones[0].imminent_s",
     "must not exceed possible_s"),
    ("take_cover_s = 30.0", "take_cover_s = 200.0", "= 200.0", "zones[0].take_cover_s",
     "nobody would reach cover"),
    ("value = 5", 'position_feed = "gps"\nposition_id = "x"', '"gps"', "assets[0].position_feed",
     "no sensor 'gps'"),
    ('sensor = "radar_north"', 'sensor = "radar_nord"', '"radar_nord"', "feeds[0].sensor",
     "no sensor 'radar_nord'"),
    ('sensor = "adsb"\n', "", '[[feeds]]\nid = "adsb_beast"', "feeds[4].sensor", "is missing"),
    ('sensor = "adsb"', 'sensor = "camera_west"', 'port = 30105\nsensor', "feeds[4].sensor",
     "needs a sensor of kind adsb"),
    ("port = 30102", "port = 30103", "port = 30103\nsensor = \"rf_df\"", "feeds[2].port",
     "udp port 30103 is taken by 'radar_south_detections'"),
    ("port = 30101", 'port = 30101\ngroup = "10.0.0.1"', '"10.0.0.1"', "feeds[0].group",
     "not a multicast address"),
    ('id = "adsb_beast"', 'id = "adsb"', 'id = "adsb"\nkind = "beast', "feeds[4].id",
     "is also a sensor"),
    ('id = "adsb_beast"', 'id = "http"', '"http"', "feeds[4].id", "built-in door"),
    ("sic = 2", "sic = 1", "sic = 1\ncoverage = { range_min_m = 100", "sensors[1].sic",
     "SAC/SIC 25/1 is taken by 'radar_north'"),
    ("sic = 2\n", "", '"radar_south"\nname', "sensors[1]", "sic is missing"),
    ('kind = "radar_3d"', 'kind = "tdoa"', '"radar_north"\nname', "sensors[0].receivers",
     "needs 3 to 32 receivers"),
    ("range_sigma_m = 25.0",
     'receivers = [{ id = "a", lat_deg = 33.8, lon_deg = 42.4, hae_m = 190.0 }]',
     "receivers = [", "sensors[0].receivers", "only a sensor of kind tdoa"),
    ("range_sigma_m = 25.0",
     'receivers = [{ id = "a", lat_deg = 33.8, lon_deg = 42.4, hae = 190.0 }]',
     "receivers = [", "sensors[0].receivers[0].hae", "did you mean hae_m?"),
    ("range_sigma_m = 25.0", "range_rate_ambiguity_mps = 5.0", "= 5.0",
     "sensors[0].range_rate_ambiguity_mps", "must exceed six times"),
    ('kind = "adsb"', 'kind = "adsb"\nblind_speed_mps = 3.0', "= 3.0",
     "sensors[4].blind_speed_mps", "only a radar"),
    ('kind = "adsb"', 'kind = "adsb"\nobserver = true', "observer = true",
     "sensors[4].observer", "a person sees a direction"),
    ('kind = "adsb"', 'kind = "adsb"\nauthenticated = true', "authenticated = true",
     "sensors[4].authenticated", "only a sensor of kind position with cooperative"),
    ('kind = "detections_udp"\nport = 30106', 'kind = "remote_id_udp"\nport = 30106',
     "authenticated = true", "sensors[5].authenticated", "Remote ID and neighbours prove nothing"),
    ("range_min_m = 300.0, range", "mask = [[90.0, 1.0], [80.0, 2.0]], range", "mask = [",
     "sensors[0].coverage.mask", "azimuths must increase"),
    ("range_min_m = 300.0, range", "mask = [[90.0, 91.0]], range", "mask = [",
     "sensors[0].coverage.mask", "within -90 and 90"),
    ("range_min_m = 300.0, range", "range_min_m = 30_000.0, range", "range_min_m = 30_000",
     "sensors[0].coverage.range_min_m", "must be less than range_max_m"),
    ("scan_period_s = 2.0", "scan_period_s = 12.0", '"radar_north"\nname', "sensors[0].stale_s",
     "must exceed scan_period_s"),
    ("[[34.1800, 41.7500], [34.0000, 42.4500], [33.8800, 43.1500]]", "[[34.18, 41.75]]",
     "[[34.18, 41.75]]", "corridors[0].line", "at least 2 points"),
    ("floor_hae_m = 150.0", "floor_hae_m = 2000.0", "= 2000.0", "corridors[2].floor_hae_m",
     "must be less than ceiling_hae_m"),
    ('corridor = "recovery"', 'corridor = "recover"', '"recover"', "flights[0].corridor",
     "no corridor 'recover'"),
    ('corridor = "recovery"', 'from_time = "yesterday"', '"yesterday"', "flights[0].from_time",
     "write 2022-01-04T03:00:00Z"),
    ('corridor = "recovery"',
     'from_time = "2022-01-04T04:00:00Z"\nto_time = "2022-01-04T03:00:00Z"',
     "to_time", "flights[0].to_time", "must be later than from_time"),
    ('remote_id = "VEDETTE-OWN-01"\ncallsign = "OWL01"\n', "", '[[flights]]\nid', "flights[0]",
     "needs icao24, remote_id or callsign"),
    ('password = "$argon2id$v=19$m=8192,t=1,p=1$Uje', 'password = "secret', '"secret',
     "people[0].password", "never the password itself"),
    ('name = "basim"', 'name = "amal"', 'name = "amal"\nroles = ["operator", "eng',
     "people[1].name", "is there twice"),
    ('roles = ["viewer"]', 'roles = ["king"]', '["king"]', "people[2].roles[0]", "'king'"),
    ('roles = ["viewer"]', "roles = []", "= []", "people[2].roles", "at least one role"),
    ('roles = ["viewer"]', 'roles = ["administrator", "engagement_authority"]', '["admin',
     "people[2].roles", "make two accounts"),
    ('name = "Barracks"', 'name = "Barr\\u0000acks"', "\\u0000", "assets[0].name",
     "control character"),
    ('name = "Barracks"', 'name = "Barr\\u202Eacks"', "\\u202E", "assets[0].name",
     "control character"),
    ("[wind]", "[wnd]", "[wnd]", "wnd", "did you mean wind?"),
    ("[wind]", "[wind", "[wind", "", "not TOML: Expected ']'"),
    ("from_deg = 310.0", "from_deg = 310.0\nfrom_deg = 3.0", "from_deg = 3.0", "", "not TOML"),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=[f"{c[3]} {c[4][:30]}" for c in CHANGES])
def test_a_fault_is_named_by_file_line_and_key(text, change):
    before, after, words, key, reason = change
    assert before in text
    changed = text.replace(before, after, 1)
    said = refusal(changed)
    line = line_of(changed, words)
    if words == "[[sensors]]":
        line = line_of(changed, '[[sensors]]\nid = "radar_north"')
    lines = (line, line - 1, line + 1) if "\n" in words or not key else (line,)
    found = re.match(r"site\.toml:(\d+): ", said)
    assert found, said
    assert int(found[1]) in lines, (said, line)
    assert (f": {key}: " in said or not key) and reason in said, said


@pytest.mark.parametrize("value", ["simulated = false", 'simulated = "yes"', "simulated = 1", ""])
def test_an_effector_that_is_not_simulated_is_refused_in_clear_words(text, value):
    said = refusal(text.replace("simulated = true", value, 1))
    assert "effectors[0].simulated: " in said
    assert "effectors exist only as simulated models" in said


def test_the_small_site_of_the_mutations_is_accepted():
    assert check_site(SMALL, "x") == (True, "")


@pytest.mark.parametrize(
    ("polygon", "reason"),
    [
        ("[[33.78, 42.43], [33.79, 42.44]]", "at least 3 points"),
        ("[[33.78, 42.43], [33.79, 42.44], [33.78, 42.44], [33.79, 42.43]]", "crosses itself"),
        ("[[33.78, 42.43], [33.79, 42.43], [33.785, 42.43]]", "encloses no area"),
        ("[[33.78, 42.43], [33.78, 42.43], [33.79, 42.44]]", "same point twice"),
        ("[[33.78, 42.43], [33.79, 42.43], [33.79, 42.44], [33.78, 42.43]]", "closes by itself"),
        ("[[33.78, 42.43], [33.79, 42.43], [3.79, 42.44]]", "swapped?"),
    ],
)
def test_a_polygon_without_an_inside_is_refused(text, polygon, reason):
    said = refusal(re.sub(r"polygon = .*", f"polygon = {polygon}", text))
    assert "assets[2].polygon" in said
    assert reason in said


def test_a_polygon_across_the_date_line_is_accepted():
    square = "[[0.0, 179.99], [0.0, -179.99], [0.02, -179.99], [0.02, 179.99]]"
    accepted, reason = check_site(
        f"""schema = 1
name = "Date line"
reference = {{ lat_deg = 0.0, lon_deg = 180.0, hae_m = 0.0 }}
[[assets]]
id = "a"
name = "A"
lat_deg = 0.01
lon_deg = 180.0
polygon = {square}
""".encode(),
        "x",
    )
    assert accepted, reason


def test_files_that_are_none_are_refused_by_name(tmp_path):
    with pytest.raises(RefusedError, match=r"absent\.toml: cannot be read: No such file"):
        load_site(tmp_path / "absent.toml")
    with pytest.raises(RefusedError, match="cannot be read: Is a directory"):
        load_site(tmp_path)
    with pytest.raises(RefusedError, match="is not a file name"):
        load_site(Path("a\0b"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "schema: is missing"),
        (b"\0", "x:1: a NUL byte"),
        (b"schema = 1\n\xff\xfe", "x:2: not UTF-8"),
        (b"#" * (1 << 20) + b"\n", "x: larger than"),
        (b"a = " + b"[" * 100_000, "x:1: nested more than"),
        (b"a = " + b"{a=" * 100_000, "x:1: nested more than"),
        (b"a" + b".a" * 400_000 + b" = 1", "x:1: a key of more than"),
        (b"[a" + b".a" * 400_000 + b"]", "x:1: a key of more than"),
        (b"a = " + b"9" * 1_000_000, "x:1: a number of more than"),
        (b"a = 0x" + b"f" * 1_000_000, "x:1: a number of more than"),
        (b"a = 1e999", "x:1: a: must be a finite number"),
        (b'a = """' + b'"' * 2 + b"x" * 1_000_000, "not TOML"),
        (b"'" * 1_000_000, "not TOML"),
        (b"\\" * 1_000_000, "not TOML"),
        (b"[[a]]\n" * 170_000, "more than 100000 values"),
        (b"a = [" + b"1," * 500_000 + b"]", "more than 100000 values"),
        (b"\r" * 1_000_000, "not TOML"),
        (b" " * 1_000_000 + b"]", "not TOML"),
        (b"\n" * 1_000_000 + b"]", "x:1000001: not TOML"),
    ],
)
def test_bombs_are_refused_at_once(data, reason):
    start = time.thread_time()
    accepted, said = check_site(data, "x")
    assert not accepted
    assert reason in said
    assert len(said) < 500
    assert time.thread_time() - start < 5.0


def test_the_largest_file_of_polygons_is_checked_in_bounded_time(text):
    ring = ",".join(f"[{33.7 + i * 1e-4:.4f}, {42.4 + (i % 2) * 1e-2:.2f}]" for i in range(99))
    asset = '\n[[assets]]\nid = "p%d"\nname = "p"\nlat_deg = 33.7\nlon_deg = 42.4\npolygon = [%s]\n'
    many = text + "".join(asset % (i, ring) for i in range(190))
    assert "crosses itself" in refusal(many[: 1 << 20])


SMALL = b"""schema = 1
name = "Small"
reference = { lat_deg = 33.8, lon_deg = 42.4, hae_m = 180.0 }
[[assets]]
id = "camp"
name = "Camp"
lat_deg = 33.81
lon_deg = 42.41
polygon = [[33.80, 42.40], [33.82, 42.40], [33.82, 42.42]]
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.8
lon_deg = 42.4
hae_m = 190.0
range_sigma_m = 25.0
[[feeds]]
id = "radar_udp"
kind = "asterix_udp"
port = 30101
sensor = "radar"
[limits]
tracks_max = 200
"""


def mutated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Change a site file as chance has it: bytes, words, lines, numbers, or a splice."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(0, max(1, len(changed))))
        end = at + int(rng.integers(0, 40))
        word = WORDS[int(rng.integers(0, len(WORDS)))]
        match int(rng.integers(0, 7)):
            case 0:
                changed[at : at + 1] = bytes([int(rng.integers(0, 256))])
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = word
            case 3:
                changed[at:end] = word
            case 4:
                changed[at:at] = changed[at:end] * int(rng.integers(1, 50))
            case 5:
                cut = int(rng.integers(0, len(other)))
                changed[at:end] = other[cut : cut + 200]
            case 6:
                numbers = list(re.finditer(rb"-?\d+\.?\d*", bytes(changed)))
                if numbers:
                    found = numbers[int(rng.integers(0, len(numbers)))]
                    changed[found.start() : found.end()] = word
    return bytes(changed)


WORDS = [
    b"nan", b"-inf", b"1e308", b"-1", b"0", b"9" * 70, b"0x" + b"f" * 60, b"true", b'""', b"''",
    b'"""', b"'''", b"[", b"]", b"[[", b"]]", b"{", b"}", b"[" * 50, b"{a=" * 50, b"a." * 50,
    b"\n[[sensors]]\n", b"\n[reference]\n", b"\n[[map.lines]]\n", b"=", b",", b"\n", b"\r\n",
    b"\r", b"\0", b"\x1f", b"\\u0000", b"\\ud800", b"\xff", b"\xc3\x28", "é\u202e".encode(), b"#",
    b"2022-01-04T03:00:00Z", b"[[], []]", b"{}", b"id = 1\n", b'"\\', b"90.0000001", b"1_000",
    b'polygon = [[1,1],[2,2],[1,2],[2,1]]\n', b"999999999999999999", b'simulated = "true"\n',
]  # fmt: skip


def test_a_mutated_site_file_is_accepted_or_refused_and_never_hangs():
    whole = SITE.read_bytes()
    rng = np.random.default_rng(20220104)
    refused = 0
    for i in range(MUTATIONS):
        # One in twenty is the whole site; a small one meets the same code in a tenth of the time.
        data = whole if i % 20 == 0 else SMALL
        sample = mutated(data, whole, rng)
        start = time.process_time()
        accepted, reason = check_site(sample, "site.toml")
        assert time.process_time() - start < MUTATION_MAX_S, sample
        assert accepted or reason.startswith("site.toml:"), reason
        assert len(reason) < 1000 and "\n" not in reason and "\0" not in reason
        refused += not accepted
    assert refused > MUTATIONS // 2


def test_the_scan_for_lines_understands_whatever_the_parser_accepts():
    data = SITE.read_bytes()
    rng = np.random.default_rng(7)
    understood = 0
    for _ in range(min(MUTATIONS, 3000)):
        sample = mutated(data[:3000], data, rng).decode("utf-8", "replace").replace("\r\n", "\n")
        try:
            tomllib.loads(sample)
            lines, end = locate(sample, "x")
        except (ValueError, RefusedError, RecursionError):
            continue
        assert end == len(sample), sample[end - 20 : end + 20]
        understood += 1
        assert lines.line_of("sensors[0].range_sigma_m") <= sample.count("\n") + 1
    assert understood > 50


def paths_of(value: object, path: str = "") -> list[str]:
    """List every path of parsed TOML."""
    if isinstance(value, dict):
        inner = [paths_of(v, f"{path}.{k}" if path else k) for k, v in value.items()]
    elif isinstance(value, list):
        inner = [paths_of(v, f"{path}[{i}]") for i, v in enumerate(value)]
    else:
        inner = []
    return [path, *itertools.chain.from_iterable(inner)]


def test_every_key_of_the_shipped_site_has_its_line(text):
    lines, end = locate(text, "x")
    assert end == len(text)
    assert sorted(lines.by_path) == sorted(set(paths_of(tomllib.loads(text))))
    rows = text.splitlines()
    for path, line in lines.by_path.items():
        key = path.rpartition(".")[2].partition("[")[0]
        if key and not path.endswith("]"):
            assert key in rows[line - 1], (path, line)


def test_dotted_and_quoted_keys_and_long_strings_have_their_lines():
    toml = '"a b".c = """\n\n"quoted" \'\n"""\nd = { e.f = [1,\n[2, {g = 3}]] }\n[h."i.j"]\nk = 1'
    tomllib.loads(toml)
    lines, end = locate(toml, "x")
    assert end == len(toml)
    assert lines.by_path["a b.c"] == 1
    assert lines.by_path["d.e.f[1][1].g"] == 6
    assert lines.by_path["h.i.j.k"] == 8
    assert lines.line_of("d.e.f[1][7].zzz") == 6


def test_parse_site_raises_refused_errors_only(text):
    with pytest.raises(RefusedError, match=r"^name\.toml:3: schema: must be 1, not 2"):
        parse_site(text.replace("schema = 1", "schema = 2"), "name.toml")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('kind = "radar_3d"', 'kind = "radar3d"', ("sensors[0].kind: must be one of radar_3d, ",
         "tdoa", "not 'radar3d' (did you mean radar_3d?)")),
        ('mode = "SIMULATED"', 'mode = "TRAINING"', ("mode: must be one of LIVE, SIMULATED",)),
        ('kind = "asterix_udp"', 'kind = "asterix"', ("feeds[0]", "did you mean asterix_udp?")),
    ],
)  # fmt: skip
def test_a_word_that_is_none_of_the_allowed_is_told_which_are(before, after, said, text):
    reason = refusal(text.replace(before, after, 1))
    for part in said:
        assert part in reason, reason


def test_a_tcp_feed_on_the_port_of_the_page_is_refused(text):
    own = "port = 8420\n"
    feed = '\n[[feeds]]\nid = "door"\nkind = "detections_tcp"\n' + own
    assert "feeds[" in (reason := refusal(text + feed))
    assert "the page's own" in reason
    assert check_site((text + feed.replace("8420", "8421")).encode(), "x") == (True, "")
    assert check_site((text + feed.replace("_tcp", "_udp")).encode(), "x") == (True, "")


def test_the_table_of_kinds_has_a_row_for_each_kind_a_feed_may_have():
    assert set(get_args(get_type_hints(Feed)["kind"])) == set(FEED_KINDS)
