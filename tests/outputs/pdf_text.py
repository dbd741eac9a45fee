"""Reads back what a PDF of ours says: by its own tables from glyphs to letters, page by page.

Enough of PDF 1.7 for files without object streams whose fonts have two-byte codes.
"""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|\[((?:[^\\\]]|\\.)*)\]\s*TJ|(\((?:[^\\)]|\\.)*\))\s*Tj|\bBT\b",
    re.DOTALL,
)
STRING = re.compile(rb"\(((?:[^\\)]|\\.)*)\)|<([0-9A-Fa-f]*)>", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def objects(data: bytes) -> dict[int, bytes]:
    """Give each object's bytes, its stream decompressed behind its head."""
    found = {}
    for number, body in OBJECT.findall(data):
        head, mark, stream = body.partition(b"stream\n")
        if mark:
            stream = stream.rpartition(b"\nendstream")[0]
            stream = zlib.decompress(stream) if b"FlateDecode" in head else stream
        found[int(number)] = head + mark + stream
    return found


def pages(data: bytes) -> list[str]:
    """Give the text of each page, each run of text on a line of its own."""
    known = objects(data)
    told = []
    for body in known.values():
        if re.search(rb"/Type\s*/Page\b", body):
            resources = known[_reference(body, b"Resources")]
            told.append(_said(known, resources, known[_reference(body, b"Contents")]))
    return told


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb"\s+(\d+) 0 R", body)
    assert found, (name, body[:200])
    return int(found.group(1))


def _said(known: dict[int, bytes], resources: bytes, content: bytes) -> str:
    fonts = {
        name: _letters(known[_reference(known[int(number)], b"ToUnicode")])
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    }
    said, font = [], {}
    for chosen, shown, one in SHOWN.findall(content):
        if chosen:
            font = fonts[chosen]
        elif shown or one:
            codes = b"".join(_bytes(*parts) for parts in STRING.findall(shown or one))
            said.append("".join(font.get(codes[k : k + 2], "") for k in range(0, len(codes), 2)))
        else:
            said.append("\n")
    return "".join(said)


def _bytes(literal: bytes, hexadecimal: bytes) -> bytes:
    if hexadecimal:
        return bytes.fromhex(hexadecimal.decode())
    return ESCAPED.sub(
        lambda m: (
            bytes([int(m.group(1), 8)])
            if m.group(1)[:1].isdigit()
            else LETTERS.get(m.group(1), m.group(1))
        ),
        literal,
    )


def _letters(cmap: bytes) -> dict[bytes, str]:
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", cmap)
    }
