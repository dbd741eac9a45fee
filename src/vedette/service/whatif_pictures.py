"""The pictures of a changed world, kept in a folder that goes with the replay.

One a second of the recording, compressed; where there are too many, in number or bytes, every
second one goes and the spacing doubles, so that a recording of any length fits.
"""

from pathlib import Path

import msgspec
import zstandard

from vedette.base.constants import NS_PER_S
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.picture import AirPicture
from vedette.server.columns import target_ids, told_prob, track_columns, track_rows
from vedette.server.public import NS_PER_US

SPACING_NS = NS_PER_S
PICTURES_MAX = 4_000  # an hour at one a second
BYTES_MAX = 256 * 2**20
ONE_MAX_BYTES = 64 * 2**20  # unpacked: 20,000 tracks are a fifth of it
SUFFIX = ".picture"


class Pictures:
    """The kept pictures of one changed world."""

    def __init__(self, folder: Path) -> None:
        """folder: exists, and is nobody else's."""
        self.folder = folder

    def at(self, t_ns: int) -> bytes | None:
        """Give the last picture at or before a moment, the first before all; None: there is none.

        What has been thinned out while it was looked for is looked for again.
        """
        for _ in range(3):
            times = sorted(int(path.stem) for path in self.folder.glob(f"*{SUFFIX}"))
            if not times:
                return None
            kept_ns = max((t for t in times if t <= t_ns), default=times[0])
            try:
                packed = self._path(kept_ns).read_bytes()
            except FileNotFoundError:
                continue
            return zstandard.ZstdDecompressor().decompress(packed, max_output_size=ONE_MAX_BYTES)
        return None

    def _path(self, t_ns: int) -> Path:
        return self.folder / f"{t_ns:020d}{SUFFIX}"


class PictureKeeper:
    """Keeps pictures while a changed world is worked out."""

    def __init__(self, folder: Path, site: Site) -> None:
        """site: the changed one."""
        self._folder = folder
        self._frame = SiteFrame(site.reference)
        self._asset_ids = [asset.id for asset in site.assets]
        self._asset_number = {name: i for i, name in enumerate(self._asset_ids)}
        self._told_prob = told_prob(site)
        self._spacing_ns = SPACING_NS
        self._sizes: dict[Path, int] = {}
        self._slot = -1

    def see(self, picture: AirPicture) -> None:
        """Keep the first picture of each spacing."""
        slot = picture.now_ns // self._spacing_ns
        if slot == self._slot:
            return
        self._slot = slot
        path = self._folder / f"{picture.now_ns:020d}{SUFFIX}"
        part = path.with_suffix(".part")
        packed = zstandard.ZstdCompressor(level=3).compress(self._encoded(picture))
        part.write_bytes(packed)
        part.replace(path)
        self._sizes[path] = len(packed)
        while len(self._sizes) > PICTURES_MAX or sum(self._sizes.values()) > BYTES_MAX:
            self._thin()

    def _thin(self) -> None:
        for path in sorted(self._sizes)[1::2]:
            path.unlink()
            del self._sizes[path]
        self._spacing_ns *= 2
        if len(self._sizes) <= 1:
            raise MemoryError("one picture is larger than all may be")

    def _encoded(self, picture: AirPicture) -> bytes:
        columns, labels = track_columns(picture, self._frame, self._asset_number, self._told_prob)
        return msgspec.json.encode(
            {
                "t_us": picture.now_ns // NS_PER_US,
                "tracks": list(track_rows(columns, labels, target_ids(self._asset_ids, picture))),
                "warnings": [
                    {
                        "warning_id": record.warning_id,
                        "zone_id": record.zone_id,
                        "zone_name": record.zone_name,
                        "level": record.level.value,
                        "reason": record.reason,
                        "track_ids": list(record.track_ids),
                    }
                    for record in picture.warnings
                ],
            }
        )
