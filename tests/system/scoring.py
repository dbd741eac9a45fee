"""Small runs made by hand, as rows and as the files a user has: what scores are tested on."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from vedette.geo import SiteFrame
from vedette.outputs.parquet import (
    TRACKS_SCHEMA,
    Rows,
    TrackRows,
    TruthRows,
    TruthWriter,
    _kinematic_columns,
)

S = 1_000_000_000


def truth_of(paths: dict[str, list[tuple[int, float]]]) -> TruthRows:
    """paths: object -> (t_s, east_m) rows."""
    ids = sorted(paths)
    rows = [(t, k, east) for k, name in enumerate(ids) for t, east in paths[name]]
    state = np.zeros((len(rows), 6))
    state[:, 0] = [row[2] for row in rows]
    return TruthRows(
        t_ns=np.array([row[0] for row in rows], np.int64) * S,
        object_index=np.array([row[1] for row in rows], np.int64),
        state_enu=state,
        object_ids=ids,
        classes=["multirotor"] * len(ids),
        identities=["NEUTRAL"] * len(ids),
        notes={},
    )


def tracks_of(rows: list[tuple[int, int, float]], sigma_m: float | None = None) -> TrackRows:
    """rows: (t_s, track number, east_m)."""
    rows = sorted(rows)
    state = np.zeros((len(rows), 6))
    state[:, 0] = [row[2] for row in rows]
    return TrackRows(
        t_ns=np.array([row[0] for row in rows], np.int64) * S,
        track_id=np.array([row[1] for row in rows], np.int64),
        state_enu=state,
        identity=["PENDING"] * len(rows),
        object_class=["other"] * len(rows),
        sigma_enu_m=None if sigma_m is None else np.full((len(rows), 3), sigma_m),
    )


def written(folder: Path) -> tuple[Path, Path]:
    """Write a truth and a tracks file of one drone that is followed 5 m to the east."""
    frame = SiteFrame(SimpleNamespace(lat_deg=33.8, lon_deg=42.4, hae_m=188.0))
    truth = TruthWriter(folder / "truth.parquet", frame)
    rows = Rows(folder / "tracks.parquet", TRACKS_SCHEMA)
    for t in range(20):
        state = np.array([[50.0 * t, 0.0, 100.0, 50.0, 0.0, 0.0]])
        truth.append(t * S, ["drone"], state, ["multirotor"], ["HOSTILE"], [""])
        state[:, 0] += 5.0
        words = {"status": "confirmed", "identity": "UNKNOWN", "class": "multirotor"}
        rows.append(
            {
                "t_ns": [t * S],
                "track_id": [7],
                **_kinematic_columns(state, frame),
                **{f"sigma_{axis}_m": [5.0] for axis in ("east", "north", "up")},
                "existence_prob": [0.99],
                **{name: [word] for name, word in words.items()},
                "class_prob": [0.8],
                "sources": [["radar"]],
            }
        )
    truth.close()
    rows.close()
    return folder / "truth.parquet", folder / "tracks.parquet"
