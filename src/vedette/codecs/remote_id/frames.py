"""Radio frames as captured to Remote ID: Wi-Fi and Bluetooth, by the link type of the capture.

In: one captured frame. Out: for each Remote ID element in it who sent it, by what radio, its
counter and its octets (a message or a pack). Frames of other traffic give nothing. A frame damaged
in the air (its check sequence says so, or the receiver did) is given with `intact` False: what
is in it is not to be believed. Link types: www.tcpdump.org/linktypes.html.
"""

from collections.abc import Callable
from typing import NamedTuple

from vedette.codecs.remote_id.bluetooth import (
    hci,
    hci_with_direction,
    link_layer,
    nordic,
    with_phdr,
)
from vedette.codecs.remote_id.wifi import plain, radiotap

ADDRESSED = 0  # not a capture's: octets that a receiver has taken out of the frame itself


class Element(NamedTuple):
    """One Remote ID element as heard. transmitter: its radio address, 12 hexadecimal digits."""

    transmitter: str
    radio: str  # "wifi beacon", "wifi nan", "bluetooth 4", "bluetooth 5", "receiver"
    counter: int
    data: bytes
    rssi_dbm: int | None
    intact: bool


Found = list[tuple[str, str, bytes]]  # (transmitter, radio, counter and octets)
Reading = tuple[Found, int | None, bool]

_READERS: dict[int, Callable[[bytes], Reading]] = {
    105: plain,
    127: radiotap,
    187: hci,
    201: hci_with_direction,
    251: link_layer,
    256: with_phdr,
    272: nordic,
}
LINKS = frozenset(_READERS)


def read_frame(link: int, data: bytes) -> list[Element]:
    """Find the Remote ID in one frame. link: of the capture, one of LINKS, or ADDRESSED: six octets
    of address, a counter, a message or pack.

    Raises RefusedError(reason, detail) where the frame is broken. A link that carries no Remote ID
    gives nothing.
    """
    if link == ADDRESSED:
        if len(data) < 7:
            return []
        address = data[:6].hex()
        return [Element(address, "receiver", data[6], bytes(data[7:]), None, True)]
    reader = _READERS.get(link)
    if reader is None:
        return []
    found, rssi_dbm, is_intact = reader(data)
    return [
        Element(transmitter, radio, body[0], body[1:], rssi_dbm, is_intact)
        for transmitter, radio, body in found
        if body
    ]
