"""What of the inputs and of the decoders' memory is personal: where operators of drones are.

Nothing of it moves a track, an identity or a warning. It is for the watch, for two minutes, and is
neither recorded nor kept in snapshots: docs/decisions/0020-operators-are-not-recorded.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from vedette.codecs.decoders import Decoders, FeedDecoder
from vedette.codecs.mavlink.personal import hide_in_datagram
from vedette.codecs.remote_id.personal import hide_in_envelope, hide_in_payload
from vedette.codecs.remote_id.receive import Listener, Transmitter
from vedette.model.arrivals import Arrival

# By the format of a feed. The others carry no Remote ID.
_HIDING: Mapping[str, Callable[[bytes], bytes]] = {
    "remote id": hide_in_envelope,
    "remote id payload": hide_in_payload,
    "mavlink": hide_in_datagram,
}


def without_operators(decoders: Decoders, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """Give arrivals as they may be recorded: decoded, they say the same, but of no operator."""
    out = list(arrivals)
    for number, arrival in enumerate(arrivals):
        decoder = decoders.feeds.get(arrival.feed)
        hide = _HIDING.get(decoder.format) if decoder is not None else None
        if hide is not None and arrival.kind == "data":
            out[number] = msgspec.structs.replace(arrival, data=hide(arrival.data))
    return out


def forgetful(decoders: Decoders) -> Decoders:
    """Give decoders that remember no operator, and all else; the ones given stay as they are."""
    feeds = {name: _forgetful_feed(decoder) for name, decoder in decoders.feeds.items()}
    return replace(decoders, feeds=feeds)


def _forgetful_feed(decoder: FeedDecoder) -> FeedDecoder:
    if decoder.drones is not None:
        return replace(decoder, drones=_forgetful_listener(decoder.drones))
    if decoder.hangar is not None:
        drones = _forgetful_listener(decoder.hangar.drones)
        return replace(decoder, hangar=replace(decoder.hangar, drones=drones))
    return decoder


def _forgetful_listener(listener: Listener) -> Listener:
    transmitters = {
        address: _forgetful_transmitter(known) for address, known in listener.transmitters.items()
    }
    return replace(listener, transmitters=transmitters)


def _forgetful_transmitter(known: Transmitter) -> Transmitter:
    if known.told is None and known.operator_id is None:
        return known
    return replace(known, told=None, operator_id=None)
