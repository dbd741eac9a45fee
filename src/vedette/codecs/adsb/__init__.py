"""ADS-B: Beast binary and SBS-1 lines, read and written; positions from compact reports.

Bytes of one receiver come in; PositionReports, with the claims of the transponder, go out.
"""

from vedette.codecs.adsb import beast, cpr, mode_s, sbs
from vedette.codecs.adsb.aircraft import Aircraft, Receiver, receiver_at, restart
from vedette.codecs.adsb.receive import counter_ns, is_intact, measured_ns, read_frames

__all__ = [
    "Aircraft",
    "Receiver",
    "beast",
    "counter_ns",
    "cpr",
    "is_intact",
    "measured_ns",
    "mode_s",
    "read_frames",
    "receiver_at",
    "restart",
    "sbs",
]
