"""Exhibits: a photograph, an inscription, a document, kept by its hash.

The bytes are on disk under the recording before the command that attaches them is given, so that
the journal never names what is not there. The media type is read from the bytes, not believed.
"""

import asyncio
import hashlib
import os
import re
import tempfile
import uuid
from pathlib import Path
from typing import IO, Any

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from vedette.model.commands import AttachExhibit, Command
from vedette.server.access import Access, json_answer
from vedette.server.answers import ExhibitAnswer
from vedette.server.command_routes import Desk, refusal
from vedette.server.commands import EXHIBIT_REQUEST, stamped
from vedette.server.gate import note_act, note_reason
from vedette.server.guard import DOCUMENT_POLICY
from vedette.server.strict import one_line
from vedette.server.views import ErrorView

PATH = "/api/exhibits"
FORM_ROOM_BYTES = 64 * 1024  # of a multipart body beside the file
CHUNK_BYTES = 1 << 20
FIELDS = frozenset(
    {"command_id", "description", "taken_t_us", "lat_deg", "lon_deg", "engagement_id"}
)
FILE_NAME_MAX = 120
_HASH = re.compile(r"^[0-9a-f]{64}\Z")
# First bytes -> media type: what a browser can show and a court knows.
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_NOT_KEPT = {"sha256": "0" * 64, "size_bytes": 0, "media_type": "application/octet-stream"}


class ExhibitRoutes:
    """POST /api/exhibits, GET /api/exhibits/{sha256}."""

    def __init__(self, access: Access, desk: Desk) -> None:
        """access: who asks; desk: where the attaching command is given."""
        self._access = access
        self._desk = desk

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(PATH, self.attach, methods=["POST"]),
            Route(PATH + "/{sha256}", self.fetch, methods=["GET"]),
        ]

    def _folder(self) -> Path:
        folder = self._access.hub.service.exhibits()
        if folder is None:
            raise HTTPException(503, "nothing is recorded, so no exhibit can be kept")
        return folder

    async def attach(self, request: Request) -> Response:
        """Keep a file and attach it to the incident. multipart/form-data: file, description, ..."""
        session = self._access.person(request)
        folder = self._folder()
        async with request.form(max_files=1, max_fields=len(FIELDS), max_part_size=8192) as form:
            upload, values = _parts(form)
            values["file_name"] = plain_name(upload.filename or "exhibit")
            exhibit_command(
                values | _NOT_KEPT, self._desk.stamp(session)
            )  # a refused form leaves no file
            try:
                kept = await asyncio.to_thread(keep, upload.file, folder)
            except OSError as error:
                raise HTTPException(507, f"the exhibit cannot be kept: {error.strerror}") from None
            values |= kept
        stamp = self._desk.stamp(session)
        command = exhibit_command(values, stamp)
        note_act(request, f"{values['file_name']} sha256={values['sha256']}")
        events = await self._desk.give(command, msgspec.json.encode(values))
        reason = refusal(command, events)
        if reason is not None:
            note_reason(request, reason)
            return json_answer(ErrorView(error=reason), 409)
        size_bytes, sha256 = int(values["size_bytes"]), str(values["sha256"])
        return json_answer(ExhibitAnswer(sha256=sha256, size_bytes=size_bytes, events=events))

    async def fetch(self, request: Request) -> Response:
        """Give an exhibit back as a download; it is never shown as a page of ours."""
        sha256 = request.path_params["sha256"]
        if not _HASH.match(sha256):
            raise HTTPException(404, "an exhibit is named by its SHA-256")
        note_act(request, f"sha256={sha256}")
        path = self._folder() / sha256
        if not await asyncio.to_thread(path.is_file):
            raise HTTPException(404, "there is no such exhibit")
        headers = {
            "Content-Security-Policy": DOCUMENT_POLICY,
            "Content-Disposition": f'attachment; filename="{sha256}"',
        }
        return FileResponse(path, headers=headers, media_type="application/octet-stream")


def _parts(form: FormData) -> tuple[UploadFile, dict[str, Any]]:
    """Split a form into its file and its fields. Raises HTTPException 400."""
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise HTTPException(400, "the form needs a part named file")
    values: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name == "file":
            continue
        if name not in FIELDS or name in values or not isinstance(value, str):
            raise HTTPException(400, one_line(f"the form may not hold the part {name!r}"))
        if value:
            values[name] = value
    values.setdefault("command_id", str(uuid.uuid4()))
    return upload, values


def exhibit_command(values: dict[str, Any], stamp: Any) -> Command:
    """Make the command that attaches what a form says. Raises HTTPException 400."""
    try:
        request = msgspec.convert(
            {"command": "attach_exhibit", **values}, EXHIBIT_REQUEST, strict=False
        )
    except msgspec.ValidationError as error:
        raise HTTPException(400, one_line(str(error))) from None
    command = stamped(request, AttachExhibit, stamp)
    assert isinstance(command, AttachExhibit)
    if abs(command.lat_deg or 0.0) > 90.0 or abs(command.lon_deg or 0.0) > 180.0:
        raise HTTPException(400, "lat_deg is within 90 and lon_deg within 180 degrees")
    return command


def keep(source: IO[bytes], folder: Path) -> dict[str, Any]:
    """Copy a file into `folder` under its SHA-256, on disk when this returns; say what it is."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size_bytes, head = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as target:
        try:
            while chunk := source.read(CHUNK_BYTES):
                head = head or chunk[:16]
                digest.update(chunk)
                size_bytes += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
            Path(target.name).replace(folder / digest.hexdigest())
        finally:
            Path(target.name).unlink(missing_ok=True)
    _sync_folder(folder)
    return {
        "sha256": digest.hexdigest(),
        "size_bytes": size_bytes,
        "media_type": media_type(head),
    }


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def media_type(head: bytes) -> str:
    """Read the media type from a file's first bytes."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "application/octet-stream"


def plain_name(name: str) -> str:
    """Keep of a client's file name what is safe to print: no folders, no control characters."""
    last = re.split(r"[\\/]", name)[-1]
    plain = "".join(c for c in last if c.isprintable()).strip(" .")
    return plain[-FILE_NAME_MAX:] or "exhibit"
