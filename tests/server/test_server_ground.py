"""A site's own map: looked at before it is served, served in bounded pieces, never more."""

import asyncio
import gzip
import os
from pathlib import Path

import msgspec
import pytest
import small_pmtiles
from server_world import SmallService, make_site, running

from vedette.base.errors import RefusedError
from vedette.config.site import SiteMap
from vedette.model.enums import Mode
from vedette.server import Accounts, Hub, Options, make_app
from vedette.server.ground_file import METADATA_MAX_BYTES, read_ground
from vedette.server.ground_routes import PIECE_MAX_BYTES

SQUARE = [(0, 0), (4096, 0), (4096, 4096), (0, 4096)]
VECTOR = {(0, 0, 0): small_pmtiles.mvt({"water": SQUARE})}
LAYERS = {"vector_layers": [{"id": "water", "fields": {}}], "attribution": "us"}


def site_with(path: Path | str):
    return msgspec.structs.replace(make_site(), map=SiteMap(pmtiles=str(path)))


def test_the_ids_of_tiles_are_those_of_the_specification():
    """Its own examples."""
    assert [small_pmtiles.tile_id(*at) for at in [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1),
            (1, 1, 0), (2, 0, 0), (12, 3423, 1763)]] == [0, 1, 2, 3, 4, 5, 19078479]  # fmt: skip


def test_a_raster_and_a_vector_map_are_told_to_the_page(tmp_path):
    raster = read_ground(small_pmtiles.world(tmp_path / "a.pmtiles", 2, 10, 20, 30)).view
    assert (raster.kind, raster.min_zoom, raster.max_zoom) == ("raster", 0, 2)
    assert raster.attribution == "Own survey" and raster.layers == []
    assert (raster.west_deg, raster.north_deg) == (-180.0, 85.0)
    for packed in (True, False):
        path = small_pmtiles.write(
            tmp_path / "b.pmtiles", VECTOR, small_pmtiles.MVT, LAYERS, packed
        )
        vector = read_ground(path).view
        assert (vector.kind, vector.layers) == ("vector", ["water"])
        assert vector.url.startswith("/api/map.pmtiles?v=")


def write_named(tmp_path, *ids):
    told = {"vector_layers": [{"id": one} for one in ids]}
    return small_pmtiles.write(tmp_path / "m", VECTOR, small_pmtiles.MVT, told)


def cut(tmp_path, size):
    path = small_pmtiles.world(tmp_path / "c", 1, 1, 2, 3)
    path.write_bytes(path.read_bytes()[:size])
    return path


def other(tmp_path, data):
    (tmp_path / "o").write_bytes(data)
    return tmp_path / "o"


def bombed(tmp_path):
    told = "x" * 2 * METADATA_MAX_BYTES
    return small_pmtiles.write(tmp_path / "z", VECTOR, small_pmtiles.MVT, told)


def changed(tmp_path, **what):
    return small_pmtiles.write(tmp_path / "k", VECTOR, small_pmtiles.MVT, LAYERS, **what)


REFUSED = {
    "nothing there": (lambda t: t / "absent", "No such file"),
    "a folder": (lambda t: t, "directory"),
    "empty": (lambda t: other(t, b""), "does not begin with PMTiles"),
    "something else": (
        lambda t: other(t, b"SQLite format 3\0" * 99),
        "does not begin with PMTiles",
    ),
    "the second version": (lambda t: other(t, b"PM\x02\0" * 99), "does not begin with PMTiles"),
    "a later version": (lambda t: changed(t, version=4), "version 4; version 3 is read"),
    "a header cut off": (lambda t: cut(t, 90), "cut off within its header"),
    "tiles cut off": (lambda t: cut(t, 300), "cut off"),
    "AVIF": (lambda t: changed(t, tiles_are=5), "AVIF"),
    "MLT": (lambda t: changed(t, tiles_are=6), "MLT"),
    "unknown tiles": (lambda t: changed(t, tiles_are=0), "unknown type"),
    "brotli directories": (lambda t: changed(t, inner=3), "directories have brotli"),
    "zstd tiles": (lambda t: changed(t, outer=4), "tiles have zstd"),
    "zooms that cross": (lambda t: changed(t, low=9, high=3), "zooms 9 to 3"),
    "zooms beyond": (lambda t: changed(t, high=30), "zooms 0 to 30"),
    "no layer": (lambda t: write_named(t), "vector_layers"),
    "too many layers": (lambda t: write_named(t, *map(str, range(65))), "65 layers"),
    "a bomb": (bombed, "unpack to more than"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_the_reason(name, tmp_path):
    make, words = REFUSED[name]
    path = make(tmp_path)
    with pytest.raises(RefusedError, match=words) as refused:
        read_ground(path)
    assert str(refused.value).startswith(f"map.pmtiles: {path}: ")
    site = site_with(path)
    with pytest.raises(RefusedError):
        make_app(Hub(site, SmallService()), site, Accounts(site.people), Options())
    # A recording is shown where the file is not.
    replayed = Hub(site, SmallService(), Mode.REPLAY)
    make_app(replayed, site, Accounts(site.people), Options())
    assert replayed.site_view().ground is None


def test_names_and_words_of_a_file_are_text(tmp_path):
    told = {
        "vector_layers": [{"id": "water"}, {"id": "<img src=x onerror=1>"}, {"id": 7}, "x", {}],
        "attribution": "<script>alert(1)</script>&lt;b&gt; \u202eus\x00" + "y" * 9_000,
    }
    view = read_ground(small_pmtiles.write(tmp_path / "n", VECTOR, small_pmtiles.MVT, told)).view
    assert view.layers == ["water"]
    assert view.attribution.startswith("alert(1)<b> us yyy") and len(view.attribution) == 200


@pytest.mark.parametrize("at", range(0, 127, 3))
def test_a_header_with_a_byte_wrong_is_read_or_refused_but_never_a_fault(at, tmp_path):
    whole = small_pmtiles.write(tmp_path / "w", VECTOR, small_pmtiles.MVT, LAYERS).read_bytes()
    for value in (0, 1, 0x7F, 0xFF):
        path = other(tmp_path, whole[:at] + bytes([value]) + whole[at + 1 :])
        try:
            view = read_ground(path).view
        except RefusedError:
            continue
        assert 0 <= view.min_zoom <= view.max_zoom <= 22
        assert -180 <= view.west_deg < view.east_deg <= 180


def test_pieces_are_served_as_asked_within_bounds(tmp_path):
    path = small_pmtiles.world(tmp_path / "a.pmtiles", 2, 10, 20, 30)
    whole = path.read_bytes()

    async def story():
        async with running(site_with(path)) as world, world.browser() as client:
            site = (await client.get("/api/site")).json()
            assert site["map"]["pmtiles"] is None, "where files lie is nobody's business"
            url = site["ground"]["url"]

            async def piece(asked):
                return await client.get(url, headers={"range": asked} if asked else {})

            first = await piece("bytes=0-126")
            assert first.status_code == 206 and first.content == whole[:127]
            assert first.headers["content-range"] == f"bytes 0-126/{len(whole)}"
            assert not first.headers["etag"].startswith("W/")
            assert "private" in first.headers["cache-control"]
            assert "content-encoding" not in first.headers
            beyond = await piece("bytes=0-16383")
            assert beyond.content == whole
            tail = await piece(f"bytes={len(whole) - 5}-{len(whole) + 5}")
            assert tail.content == whole[-5:]
            for asked in (None, "bytes=5-", "bytes=-5", "bytes=0-1,3-4", "bytes=9-3", "rows=0-1",
                          f"bytes={len(whole)}-{len(whole)}", f"bytes=0-{10**15}",
                          "bytes=0x1-0x2"):  # fmt: skip
                answer = await piece(asked)
                assert answer.status_code == 416, asked
                assert answer.headers["content-range"] == f"bytes */{len(whole)}"

    asyncio.run(story())


def test_a_piece_is_never_larger_than_the_limit(tmp_path):
    path = small_pmtiles.world(tmp_path / "a.pmtiles", 0, 1, 2, 3)
    with path.open("ab") as file:
        file.truncate(3 * PIECE_MAX_BYTES)

    async def story():
        async with running(site_with(path)) as world, world.browser() as client:
            url = "/api/map.pmtiles"
            most = await client.get(url, headers={"range": f"bytes=0-{PIECE_MAX_BYTES - 1}"})
            assert most.status_code == 206 and len(most.content) == PIECE_MAX_BYTES
            more = await client.get(url, headers={"range": f"bytes=0-{PIECE_MAX_BYTES}"})
            assert more.status_code == 416 and "at a time" in more.json()["error"]

    asyncio.run(story())


def test_a_map_that_is_changed_or_gone_is_said_to_be_so(tmp_path):
    path = small_pmtiles.world(tmp_path / "a.pmtiles", 1, 1, 2, 3)

    async def story():
        async with running(site_with(path)) as world, world.browser() as client:
            asked = {"headers": {"range": "bytes=0-9"}}
            assert (await client.get("/api/map.pmtiles", **asked)).status_code == 206
            os.utime(path, (1, 1))
            changed = await client.get("/api/map.pmtiles", **asked)
            assert changed.status_code == 503 and "has been changed" in changed.json()["error"]
            path.unlink()
            gone = await client.get("/api/map.pmtiles", **asked)
            assert gone.status_code == 503 and "cannot be read" in gone.json()["error"]
            assert str(tmp_path) not in gone.text

    asyncio.run(story())


def test_a_site_without_a_map_of_its_own_says_so():
    async def story():
        async with running() as world, world.browser() as client:
            assert (await client.get("/api/site")).json()["ground"] is None
            none = await client.get("/api/map.pmtiles", headers={"range": "bytes=0-9"})
            assert none.status_code == 404

    asyncio.run(story())


def test_packed_metadata_that_are_no_gzip_are_refused(tmp_path):
    path = small_pmtiles.write(tmp_path / "w", VECTOR, small_pmtiles.MVT, LAYERS)
    data = path.read_bytes()
    told = gzip.compress(b"", mtime=0)[:4]
    at = data.index(told, data.index(told) + 4)
    path.write_bytes(data[:at] + b"\0\0\0\0" + data[at + 4 :])
    with pytest.raises(RefusedError, match="cannot be unpacked"):
        read_ground(path)
