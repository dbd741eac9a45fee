"""What every check of the site file is made of: faults, names seen twice, names of nothing."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

Faults = Iterator[tuple[str, str]]  # (path of the key, reason)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def unique_ids(key: str, items: Sequence[_Named]) -> Faults:
    """Refuse the same id twice in one list."""
    seen: set[str] = set()
    for i, item in enumerate(items):
        if item.id in seen:
            yield f"{key}[{i}].id", f"{item.id!r} is there twice"
        seen.add(item.id)


def known_key(path: str, key: str, known: Iterable[str], what: str) -> Faults:
    """Refuse a reference to nothing."""
    names = sorted(set(known))
    if key not in names:
        listed = ", ".join(names[:20]) if names else f"the file has no {what}"
        yield path, f"no {what} {key!r} (known: {listed})"


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read a numeric address; None where it is a name or nothing."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine's own loopback."""
    if host == "localhost":
        return True
    address = address_of(host.strip("[]"))
    return address is not None and address.is_loopback
