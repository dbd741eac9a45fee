"""Pictures of the page as arrays: small files of 255 colours, and how much two of them differ."""

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

Pixels = NDArray[np.uint8]

COLOURS_MAX = 255
# A pixel differs where a channel does by more: the edges of letters do not, another colour does.
DIFFERS = 48
DECODE = """async (text) => {
  const blob = await (await fetch("data:image/png;base64," + text)).blob();
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const g = canvas.getContext("2d", { willReadFrequently: true });
  g.drawImage(picture, 0, 0);
  const { data } = g.getImageData(0, 0, picture.width, picture.height);
  let out = "";
  for (let i = 0; i < data.length; i += 32768) {
    out += String.fromCharCode(...data.subarray(i, i + 32768));
  }
  return [picture.width, picture.height, btoa(out)];
}"""


def decode(page: Page, png: bytes) -> Pixels:
    """Decode a PNG file in a blank page of the browser; gives (height, width, 3)."""
    width, height, data = page.evaluate(DECODE, base64.b64encode(png).decode())
    rgba = np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)
    return rgba[:, :, :3].copy()


def encode(pixels: Pixels) -> bytes:
    """Encode (height, width, 3) as PNG in its 255 commonest colours: others go to the nearest."""
    coarse = (pixels.astype(np.int32) >> 2) << 2
    packed = (coarse[:, :, 0] << 16) | (coarse[:, :, 1] << 8) | coarse[:, :, 2]
    colours, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    commonest = np.argsort(-counts, kind="stable")[:COLOURS_MAX]
    palette = np.stack([colours >> 16, (colours >> 8) & 255, colours & 255], axis=1)
    kept = palette[commonest]
    away = ((palette[:, None, :] - kept[None, :, :]) ** 2).sum(axis=2)
    rows = away.argmin(axis=1).astype(np.uint8)[inverse].reshape(packed.shape)
    height, width = rows.shape
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", kept.astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def differing(a: Pixels, b: Pixels) -> NDArray[np.bool_]:
    """Say which pixels of two pictures of one size differ, (height, width)."""
    away = np.abs(a.astype(np.int16) - b.astype(np.int16)).max(axis=2)
    found: NDArray[np.bool_] = away > DIFFERS
    return found


def marked(pixels: Pixels, differs: NDArray[np.bool_]) -> Pixels:
    """Give the picture faded, with what differs in red."""
    faded = (255 - (255 - pixels.astype(np.int16)) // 3).astype(np.uint8)
    faded[differs] = (220, 0, 0)
    return faded
