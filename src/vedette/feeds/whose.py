"""Whose octets are, told before any codec has read them: cheap, and only where it is certain.

What a sensor of the site has sent bears its key (detections), its SAC and SIC (ASTERIX) or its
node id (SAPIENT). What bears none of the site's is nobody's, and written "". These are claims, as
everything in octets is: good enough to share a rate out by, and for nothing else.
"""

import re
from collections.abc import Sequence

from vedette.codecs import sapient
from vedette.codecs.asterix.sources import FAMILY_OF_CATEGORY, code_of, radars_of
from vedette.config.kinds import FeedKind
from vedette.config.site import Site

# Larger bodies are whole whose their first line is: to take a megabyte of lines apart would take
# tens of milliseconds, in which nobody else is heard.
LINES_APART_MAX = 1_000
LINE_HEAD_BYTES = 16_384  # of a first line
# Whose a line is, before it is read: a key of a site file. What is written otherwise is nobody's.
_SENSOR = re.compile(rb'"sensor"\s*:\s*"([a-z0-9][a-z0-9_\-]{0,47})"')
BLOCK_HEAD_BYTES = 3  # category and length of an ASTERIX block
FSPEC_BYTES_MAX = 8
_SHARED_FORMATS = ("detections", "detection stream")


class Whose:
    """Tells the sensors of one site by what their octets bear."""

    def __init__(self, site: Site) -> None:
        """site: whose sensors these are."""
        self._by_key = {sensor.id.encode(): sensor.id for sensor in site.sensors}
        sensors = set(self._by_key.values())
        radars = radars_of(site).items()
        self._by_code = {code: radar.sensor for code, radar in radars if radar.sensor in sensors}
        self._by_node = {
            sensor.sapient_node.lower(): sensor.id
            for sensor in site.sensors
            if sensor.sapient_node is not None
        }

    def named(self, line: bytes) -> str:
        """Say which sensor of the site a line of detections names, "" where it names none."""
        found = _SENSOR.search(line)
        return self._by_key.get(found[1], "") if found else ""

    def first_named(self, data: bytes) -> str:
        """Say which sensor the first line of a body names."""
        return self.named(data.lstrip()[:LINE_HEAD_BYTES].partition(b"\n")[0])

    def lines_apart(self, data: bytes) -> dict[str, list[bytes]]:
        """Give the lines of a body by the sensor they name, each sensor's in their order."""
        by_sensor: dict[str, list[bytes]] = {}
        for line in data.split(b"\n"):
            if line.strip():
                by_sensor.setdefault(self.named(line), []).append(line)
        return by_sensor

    def parts(self, kind: FeedKind, data: bytes) -> Sequence[tuple[str, bytes]]:
        """Take an arrival of a shared feed apart: (sensor, octets), in order; mostly one part.

        Only lines of several sensors, and messages of several nodes, come apart.
        """
        if kind.format in _SHARED_FORMATS:
            return self._parts_of_lines(data)
        if kind.format == "asterix":
            return [(self.of_block(data), data)]
        return self._parts_of_messages(data) if kind.is_framed else [("", data)]

    def _parts_of_lines(self, data: bytes) -> Sequence[tuple[str, bytes]]:
        if data.find(b"\n", 0, -1) < 0:
            return [(self.named(data), data)]
        names = {self._by_key.get(key, "") for key in _SENSOR.findall(data)}
        if len(names) < 2:  # lines that name nobody count with those they came with
            return [(names.pop() if names else "", data)]
        if data.count(b"\n") > LINES_APART_MAX:
            return [(self.first_named(data), data)]
        by_sensor = self.lines_apart(data)
        if len(by_sensor) < 2:
            return [(next(iter(by_sensor), ""), data)]
        return [(name, b"\n".join(lines) + b"\n") for name, lines in by_sensor.items()]

    def of_block(self, data: bytes) -> str:
        """Say whose an ASTERIX datagram is: by the data source of its first record.

        In every category that is read, item 010 is the first of the profile: it follows the FSPEC
        where its first bit is set.
        """
        family = FAMILY_OF_CATEGORY.get(data[0]) if data else None
        fspec = data[BLOCK_HEAD_BYTES : BLOCK_HEAD_BYTES + FSPEC_BYTES_MAX]
        if family is None or not fspec or not fspec[0] & 0x80:
            return ""
        ends = (at for at, octet in enumerate(fspec, BLOCK_HEAD_BYTES + 1) if not octet & 1)
        codes = data[at : at + 2] if (at := next(ends, 0)) else b""
        if len(codes) < 2:
            return ""
        return self._by_code.get(code_of(family, codes[0], codes[1]), "")

    def _parts_of_messages(self, data: bytes) -> Sequence[tuple[str, bytes]]:
        """Put neighbouring messages of one node together; the order of all stays."""
        found = sapient.split(data)
        if found.used < len(data):  # no transport of ours hands over such: left as it came
            return [("", data)]
        ends, at, before = list[tuple[str, int, int]](), 0, 0
        for message in found.messages:
            sensor = self._by_node.get(sapient.node_of(message), "")
            before, at = at, at + sapient.HEAD_BYTES + len(message)
            if ends and ends[-1][0] == sensor:
                before = ends.pop()[1]
            ends.append((sensor, before, at))
        return [(sensor, data[start:end]) for sensor, start, end in ends]
