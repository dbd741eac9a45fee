"""Bytes as they came, before any codec has looked at them: what the record keeps."""

import msgspec


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a transport handed over.

    kind: "data" (one datagram, or one piece of a byte stream), "opened" and "closed" (a connection
    came or went: the feed's decoder starts afresh), "left" (one of several peers hung up;
    data is its name), "shed" (count items were dropped), "lost" (count datagrams that the system
    dropped before they were read), "refused" (a door of the server
    turned count items away; data is the reason as UTF-8), "sent" (an output has written count
    items).
    """

    feed: str
    t_recv_ns: int
    kind: str = "data"
    data: bytes = b""
    count: int = 0
