"""Where recordings lie, and whether the last one is to be taken up again."""

from datetime import UTC, datetime
from pathlib import Path

from vedette import record


def latest_or_new(root: Path, site_toml: str) -> Path:
    """Choose the folder to record in.

    root: holds one folder a recording, named by its start. Gives the newest one where it was not
    finished (a crash) and was made with this very site file, else a new name.
    """
    folders = sorted(path for path in root.glob("*") if record.is_recording(path))
    if folders and takes_up(folders[-1], site_toml):
        return folders[-1]
    return root / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")


def takes_up(folder: Path, site_toml: str) -> bool:
    """Say whether a recording was cut off, is of this site, and nobody is at it now."""
    if not record.is_recording(folder) or record.is_being_recorded(folder):
        return False
    session = record.session(folder)
    return not session.finished and session.site_sha256 == record.site_sha256(site_toml)
