"""ADS-B: Beast, AVR and SBS-1, read and written, aircraft.json; positions from compact reports.

Bytes of one receiver come in; PositionReports, with the claims of the transponder, go out.
"""

from vedette.codecs.adsb import aircraft_json, avr, beast, cpr, mode_s, sbs
from vedette.codecs.adsb.aircraft import Aircraft, Receiver, receiver_at, receiver_of, restart
from vedette.codecs.adsb.receive import Timed, counter_ns, is_intact, measured_ns, read_frames

__all__ = [
    "Aircraft",
    "Receiver",
    "Timed",
    "aircraft_json",
    "avr",
    "beast",
    "counter_ns",
    "cpr",
    "is_intact",
    "measured_ns",
    "mode_s",
    "read_frames",
    "receiver_at",
    "receiver_of",
    "restart",
    "sbs",
]
