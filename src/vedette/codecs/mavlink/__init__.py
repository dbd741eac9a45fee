"""MAVLink: where own drones and vehicles are, and Remote ID as receivers relay it."""

from vedette.codecs.mavlink.frames import Packet, encode, split
from vedette.codecs.mavlink.messages import MESSAGES
from vedette.codecs.mavlink.receive import Hangar, read_datagram, vehicle_name

__all__ = ["MESSAGES", "Hangar", "Packet", "encode", "read_datagram", "split", "vehicle_name"]
