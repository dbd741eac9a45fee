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

from vedette.codecs import cot, remote_id, sapient
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
HERE = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 200.0}
SENSOR = Sensor(id="friendly", kind="position", **HERE)
NODE_SENSOR = Sensor(id="node", kind="radar_3d", sapient_node=RADAR_NODE, **HERE)
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
    mlat = change(
        adsb, id="mlat", kind="position", sac=25, sic=5, clutter_per_scan=20.0, cooperative=True
    )
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


def said_in_asterix(category: int, report: PositionReport) -> bytes:
    """Say a place, or the direction to the east of north of it, in a category of ASTERIX."""
    assert report.claims is not None
    t_day_s = report.t_meas_ns % DAY_NS / 1e9
    said = {"lat_rad": report.lat_rad, "lon_rad": report.lon_rad, "icao24": report.claims.icao24}
    speed = {"v_east_mps": report.v_east_mps, "v_north_mps": report.v_north_mps}
    record: Record
    if category == 10:
        record = Cat010(sac=25, sic=5, message_type=1, t_day_s=t_day_s, **said, **speed)
    elif category == 20:
        record = Cat020(sac=25, sic=5, t_day_s=t_day_s, hae_m=report.hae_m, **said, **speed)
    elif category == 62:
        record = Cat062(sac=25, sic=5, t_day_s=t_day_s, hae_m=report.hae_m, **said, **speed)
    elif category == 21:
        record = Cat021(sac=25, sic=3, t_position_day_s=t_day_s, hae_m=report.hae_m, **said)
    else:
        azimuth_rad = report.lon_rad * 1e4 % (2.0 * math.pi)
        record = Cat205(sac=25, sic=4, message_type=5, t_day_s=t_day_s, azimuth_rad=azimuth_rad)
    return encode_record_blocks([record])[0]


def said_in_avr(report: PositionReport) -> bytes:
    """Say both halves of an aircraft's position as lines of AVR."""
    assert report.claims is not None and report.claims.icao24 is not None
    counter = (report.t_meas_ns - 10**18) * 3 // 250 & 0xFFFFFFFFFFFF
    halves = [
        mode_s.airborne_position(
            report.claims.icao24, report.lat_rad, report.lon_rad, 900.0, is_odd
        )
        for is_odd in (False, True)
    ]
    return avr.encode([beast.frame_of(half, counter) for half in halves])


def speed_of(report: PositionReport) -> float:
    """Give the speed over ground, m/s."""
    return math.hypot(report.v_east_mps or 0.0, report.v_north_mps or 0.0)


def track_of(report: PositionReport) -> float:
    """Give the direction of flight, degrees."""
    return math.degrees(math.atan2(report.v_east_mps or 0.0, report.v_north_mps or 0.0)) % 360.0


def said_in_json(*reports: PositionReport) -> bytes:
    """Say aircraft as a receiver's aircraft.json."""
    aircraft = [
        {"hex": report.claims and report.claims.icao24, "flight": "VED1", "alt_geom": 3000,
         "gs": speed_of(report) / 0.514444, "track": track_of(report),
         "lat": math.degrees(report.lat_rad),
         "lon": math.degrees(report.lon_rad), "seen_pos": 0.1}
        for report in reports
    ]  # fmt: skip
    return json.dumps({"now": reports[0].t_meas_ns / 1e9, "aircraft": aircraft}).encode()


def said_by_beacon(report: PositionReport) -> bytes:
    """Say a drone's own Remote ID."""
    return remote_id_wire.beacons([report], SENSOR)[0]


def said_by_scout(report: PositionReport) -> bytes:
    """Say what a DroneScout receiver publishes of a drone."""
    assert report.claims is not None
    location = remote_id.Location(
        status=2, direction_deg=round(track_of(report)), speed_mps=speed_of(report),
        lat_deg=math.degrees(report.lat_rad), lon_deg=math.degrees(report.lon_rad),
        hae_m=report.hae_m, tenths=report.t_meas_ns // 10**8 % 36_000,
    )  # fmt: skip
    name = (report.claims.remote_id or "X1").encode()
    basic = remote_id.BasicId(id_type=1, ua_type=2, uas_id=name)
    pack = remote_id.encode_pack([remote_id.encode(basic), remote_id.encode(location)])
    address = ":".join(f"{octet:02x}" for octet in name.ljust(6, b"0")[:6])
    return remote_id.publish(address, pack, report.t_meas_ns)


def said_by_vehicle(report: PositionReport) -> bytes:
    """Say an own vehicle's position in MAVLink."""
    return mavlink_wire.packets([report], SENSOR)[0]


def said_by_tak(report: PositionReport) -> bytes:
    """Say an event of Cursor on Target in XML."""
    return cot_wire.events([report], SENSOR)[0]


def said_by_node(report: PositionReport | Plot, number: int = 1) -> bytes:
    """Say a detection of the SAPIENT node."""
    made = sensor_side.detection(report, NODE_SENSOR, number)
    assert made is not None
    return write.wire(made)


def registered(t_ns: int) -> bytes:
    """Say who the SAPIENT node is."""
    return write.wire(sensor_side.registration(NODE_SENSOR, t_ns))


def of_category(category: int) -> Make:
    """Make inputs of one category of ASTERIX."""

    def make(source: random.Random, t_ns: int) -> tuple[str, bytes]:
        data = said_in_asterix(category, anywhere(source, "", t_ns))
        if category == 205 and source.random() < 0.25:  # so short that hardly a change spares it
            return "radar_north_asterix", data
        return "radar_north_asterix", worn(source, data)

    return make


def squitters_as_text(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """AVR lines of aircraft that say where they are once."""
    whole = said_in_avr(anywhere(source, "adsb", t_ns))
    return "adsb_avr", whole if source.random() < 0.25 else worn(source, whole)


def documents(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """aircraft.json, each with an aircraft or two that no other has."""
    there = [anywhere(source, "adsb", t_ns) for _ in range(source.randrange(1, 3))]
    return "adsb_json", worn(source, said_in_json(*there))


def drone(source: random.Random, t_ns: int) -> PositionReport:
    """Draw a drone that is everywhere, or heard once."""
    name = source.choice(("VEDETTE-OWN-01", "X1", source.randbytes(6).hex()))
    report = anywhere(source, "remote_id", t_ns)
    return msgspec.structs.replace(report, claims=Claims(remote_id=name))


def beacons(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Remote ID of such drones."""
    return "rid_udp", worn(source, said_by_beacon(drone(source, t_ns)))


def scouts(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """What a DroneScout receiver publishes of such drones."""
    return "rid_mqtt", worn(source, said_by_scout(drone(source, t_ns)))


def vehicles(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """MAVLink of vehicles that are everywhere."""
    return "vehicles", worn(source, said_by_vehicle(anywhere(source, "friendly", t_ns)))


def team(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """Events of people with TAK, in every framing, each at a place of its own."""
    report = anywhere(source, "friendly", t_ns)
    if source.random() < 0.3:
        report = msgspec.structs.replace(report, claims=None, class_prob={"multirotor": 0.9})
    data, form = said_by_tak(report), source.choice(("xml", "mesh", "stream"))
    if form != "xml":
        event = msgspec.structs.replace(cot.read_frame(data), uid=source.randbytes(4).hex())
        data = cot.write_event(event, form)
    return "tak", worn(source, data)


def nodes(source: random.Random, t_ns: int) -> tuple[str, bytes]:
    """SAPIENT of a radar: detections at places of their own, amid registrations and statuses."""
    kind = source.randrange(8)
    if kind == 0:
        whole = registered(t_ns)
        return "nodes", whole if source.random() < 0.3 else framed(source, whole)
    if kind == 1:
        return "nodes", framed(source, write.wire(write.status(RADAR_NODE, t_ns)))
    plot = Plot(
        sensor="node", t_meas_ns=t_ns, t_recv_ns=t_ns,
        range_m=24_000.0 * math.sqrt(source.uniform(0.001, 1.0)),
        azimuth_rad=source.uniform(0.0, 2.0 * math.pi), elevation_rad=source.uniform(0.0, 0.6),
        range_rate_mps=source.uniform(-90.0, 90.0), class_prob={"fixed_wing_uas": 0.7},
    )  # fmt: skip
    return "nodes", framed(source, said_by_node(plot, source.getrandbits(32)))


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
