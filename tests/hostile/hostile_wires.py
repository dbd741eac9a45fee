"""Mutated inputs of the wires of other people: ASTERIX, TAK, SAPIENT, Remote ID, MAVLink, ADS-B.

Each input says a place that no other input says, of an object that no other input names, or of
one of a few that each are everywhere at once: none of it may become a track.
"""

import json
import math
import random
from collections.abc import Callable

import msgspec
from codecs_mutator import mutate

from vedette.codecs import cot, sapient
from vedette.codecs.adsb import avr, beast, mode_s
from vedette.codecs.asterix.cat010 import Cat010
from vedette.codecs.asterix.cat020 import Cat020
from vedette.codecs.asterix.cat021 import Cat021
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat205 import Cat205
from vedette.codecs.asterix.tables import Record, encode_record_blocks
from vedette.codecs.sapient import sensor_side, write
from vedette.config.site import Feed, Sensor, Site
from vedette.model.reports import Claims, Plot, PositionReport
from vedette.simulator import cot_wire, mavlink_wire, remote_id_wire

Make = Callable[[random.Random, int], tuple[str, bytes]]
DAY_NS = 86_400 * 10**9
RADAR_NODE = "6f582b41-6c88-481c-bb0f-6021a1739f57"
NAMES = ("ONE", "TWO", "THREE")  # of objects that are everywhere


def with_wires(site: Site) -> Site:
    """Give a site feeds and sensors of every wire of this module."""
    change = msgspec.structs.replace
    codes = {"adsb": (25, 3), "rf_df": (25, 4)}
    sensors = [
        change(s, sac=codes[s.id][0], sic=codes[s.id][1]) if s.id in codes else s
        for s in site.sensors
    ]
    adsb = next(s for s in site.sensors if s.id == "adsb")
    south = next(s for s in site.sensors if s.id == "radar_south")
    mlat = change(adsb, id="mlat", kind="position", sac=25, sic=5, clutter_per_scan=20.0)
    drones = change(adsb, id="remote_id", kind="position", cooperative=True)
    node = change(south, id="node", sac=None, sic=None, sapient_node=RADAR_NODE)
    more = [
        Feed(id="adsb_avr", kind="avr_tcp", port=30201, sensor="adsb"),
        Feed(id="adsb_json", kind="aircraft_json_http", port=30202, sensor="adsb"),
        Feed(id="rid_udp", kind="remote_id_udp", port=30203, sensor="remote_id"),
        Feed(id="rid_mqtt", kind="remote_id_mqtt", port=30204, sensor="remote_id", topic="#"),
        Feed(id="vehicles", kind="mavlink_udp", port=30205, sensor="friendly"),
        Feed(id="tak", kind="cot_udp", port=30206, sensor="friendly"),
        Feed(id="nodes", kind="sapient_listen", port=30207),
    ]
    return change(site, sensors=[*sensors, mlat, drones, node], feeds=[*site.feeds, *more])


def worn(source: random.Random, data: bytes) -> bytes:
    """Mutate an input: one in four a little, so that it may still say something, the rest badly."""
    data = mutate(source, [data])
    if source.random() < 0.75:
        for _ in range(3):
            data = mutate(source, [data])
    return data


def anywhere(source: random.Random, sensor: str, t_ns: int) -> PositionReport:
    """Draw a place within 40 km of the site, and who is said to be there."""
    callsign = source.choice((*NAMES, source.randbytes(3).hex()))
    claims = Claims(icao24=source.randbytes(3).hex(), callsign=callsign)
    return PositionReport(
        sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns,
        lat_rad=math.radians(source.uniform(33.4, 34.2)),
        lon_rad=math.radians(source.uniform(42.0, 43.0)), hae_m=source.uniform(200.0, 3000.0),
        v_east_mps=source.uniform(-60.0, 60.0), v_north_mps=source.uniform(-60.0, 60.0),
        v_up_mps=0.0, horizontal_sigma_m=20.0, claims=claims,
    )  # fmt: skip


def asterix_record(source: random.Random, category: int, t_ns: int) -> Record:
    """Draw a record of a category that says a place, or a direction."""
    place = anywhere(source, "", t_ns)
    assert place.claims is not None
    t_day_s = t_ns % DAY_NS / 1e9
    said = {"lat_rad": place.lat_rad, "lon_rad": place.lon_rad, "icao24": place.claims.icao24}
    speed = {"v_east_mps": place.v_east_mps, "v_north_mps": place.v_north_mps}
    if category == 10:
        return Cat010(sac=25, sic=5, message_type=1, t_day_s=t_day_s, **said, **speed)
    if category == 20:
        return Cat020(sac=25, sic=5, t_day_s=t_day_s, hae_m=place.hae_m, **said, **speed)
    if category == 62:
        return Cat062(sac=25, sic=5, t_day_s=t_day_s, hae_m=place.hae_m, **said, **speed)
    if category == 21:
        return Cat021(sac=25, sic=3, t_position_day_s=t_day_s, hae_m=place.hae_m, **said)
    azimuth_rad = source.uniform(0.0, 2.0 * math.pi)
    return Cat205(sac=25, sic=4, message_type=5, t_day_s=t_day_s, azimuth_rad=azimuth_rad)


def of_category(category: int) -> Make:
    """Make inputs of one category of ASTERIX."""

    def make(source: random.Random, t_ns: int) -> tuple[str, bytes]:
        (data,) = encode_record_blocks([asterix_record(source, category, t_ns)])
        if category == 205 and source.random() < 0.25:  # so short that hardly a change spares it
            return "radar_north_asterix", data
        return "radar_north_asterix", worn(source, data)

    return make


def squitters_as_text(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """AVR lines of aircraft that say where they are once: both halves of a position."""
    place = anywhere(source, "adsb", t_ns)
    icao24 = source.randbytes(3).hex()
    counter = (t_ns - 10**18) * 3 // 250 & 0xFFFFFFFFFFFF
    halves = [
        mode_s.airborne_position(icao24, place.lat_rad, place.lon_rad, 900.0, is_odd)
        for is_odd in (False, True)
    ]
    whole = avr.encode([beast.frame_of(half, counter) for half in halves])
    return "adsb_avr", whole if source.random() < 0.25 else worn(source, whole)


def documents(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """aircraft.json, each with an aircraft or two that no other has."""
    aircraft = []
    for _ in range(source.randrange(1, 3)):
        place = anywhere(source, "adsb", t_ns)
        lat_deg, lon_deg = math.degrees(place.lat_rad), math.degrees(place.lon_rad)
        aircraft.append(
            {"hex": source.randbytes(3).hex(), "flight": "VED1", "alt_geom": 3000, "gs": 90.0,
             "track": 10.0, "lat": lat_deg, "lon": lon_deg, "seen_pos": 0.1}
        )  # fmt: skip
    document = {"now": t_ns / 1e9, "aircraft": aircraft}
    return "adsb_json", worn(source, json.dumps(document).encode())


def beacons(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Remote ID of drones that are everywhere, or heard once."""
    report = anywhere(source, "remote_id", t_ns)
    claims = Claims(remote_id=source.choice(("VEDETTE-OWN-01", "X1", source.randbytes(6).hex())))
    sensor = Sensor(id="remote_id", kind="position", lat_deg=33.8, lon_deg=42.44, hae_m=200.0)
    (data,) = remote_id_wire.beacons([msgspec.structs.replace(report, claims=claims)], sensor)
    return "rid_udp", worn(source, data)


def scouts(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """What a DroneScout receiver publishes of such drones."""
    from vedette.codecs import remote_id

    place = anywhere(source, "remote_id", t_ns)
    location = remote_id.Location(
        status=2, direction_deg=270, speed_mps=12.25, lat_deg=math.degrees(place.lat_rad),
        lon_deg=math.degrees(place.lon_rad), hae_m=place.hae_m,
        tenths=t_ns // 10**8 % 36_000,
    )  # fmt: skip
    name = source.choice((b"VEDETTE-OWN-01", source.randbytes(6).hex().encode()))
    basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=name)
    pack = remote_id.encode_pack([remote_id.encode(basic), remote_id.encode(location)])
    address = ":".join(f"{octet:02x}" for octet in source.randbytes(6))
    return "rid_mqtt", worn(source, remote_id.publish(address, pack, t_ns))


def vehicles(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """MAVLink of vehicles that are everywhere."""
    report = anywhere(source, "friendly", t_ns)
    sensor = Sensor(id="friendly", kind="position", lat_deg=33.8, lon_deg=42.44, hae_m=200.0)
    (data,) = mavlink_wire.packets([report], sensor)
    return "vehicles", worn(source, data)


def team(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Events of people with TAK, in every framing, each at a place of its own."""
    report = anywhere(source, "friendly", t_ns)
    if source.random() < 0.3:
        report = msgspec.structs.replace(report, claims=None, class_prob={"multirotor": 0.9})
    sensor = Sensor(id="friendly", kind="position", lat_deg=33.8, lon_deg=42.44, hae_m=200.0)
    (data,) = cot_wire.events([report], sensor)
    form = source.choice(("xml", "mesh", "stream"))
    if form != "xml":
        data = cot.write_event(replace_uid(cot.read_frame(data), source), form)
    return "tak", worn(source, data)


def replace_uid(event: cot.CotEvent, source: random.Random) -> cot.CotEvent:
    """Give an event a name of its own."""
    return msgspec.structs.replace(event, uid=source.randbytes(4).hex())


def nodes(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """SAPIENT of a radar: detections at places of their own, amid registrations and statuses."""
    sensor = Sensor(
        id="node", kind="radar_3d", sapient_node=RADAR_NODE, lat_deg=33.8, lon_deg=42.44,
        hae_m=200.0,
    )  # fmt: skip
    kind = source.randrange(8)
    if kind == 0:
        whole = write.wire(sensor_side.registration(sensor, t_ns))
        return "nodes", whole if source.random() < 0.3 else framed(source, whole)
    if kind == 1:
        return "nodes", framed(source, write.wire(write.status(RADAR_NODE, t_ns)))
    plot = Plot(
        sensor="node", t_meas_ns=t_ns, t_recv_ns=t_ns,
        range_m=24_000.0 * math.sqrt(source.uniform(0.001, 1.0)),
        azimuth_rad=source.uniform(0.0, 2.0 * math.pi), elevation_rad=source.uniform(0.0, 0.6),
        range_rate_mps=source.uniform(-90.0, 90.0), class_prob={"fixed_wing_uas": 0.7},
    )  # fmt: skip
    made = sensor_side.detection(plot, sensor, source.getrandbits(32))
    return "nodes", framed(source, write.wire(made))


def framed(source: random.Random, whole: bytes) -> bytes:
    """Mutate a message within a sound frame: a transport hands over whole messages alone."""
    return sapient.frame(worn(source, whole[4:]))


# What is sent, and how many inputs a step; as dense as the sites of these wires are.
WIRES: dict[str, tuple[Make, int]] = {
    "ASTERIX 010": (of_category(10), 4),
    "ASTERIX 020": (of_category(20), 4),
    "ASTERIX 021": (of_category(21), 4),
    "ASTERIX 062": (of_category(62), 4),
    "ASTERIX 205": (of_category(205), 4),
    "AVR": (squitters_as_text, 8),
    "aircraft.json": (documents, 4),
    "Remote ID": (beacons, 8),
    "DroneScout": (scouts, 8),
    "MAVLink": (vehicles, 8),
    "Cursor on Target": (team, 8),
    "SAPIENT": (nodes, 8),
}
