"""A site with one sensor and feed of each kind, and bytes of each format made by our encoders."""

import io
import lzma
import math
import struct

import cot_world
import sapient_world

from vedette.codecs import mavlink, remote_id
from vedette.codecs.adsb import avr, beast, mode_s, sbs
from vedette.codecs.asterix import Cat034, Cat048, encode_cat034, encode_cat048
from vedette.codecs.detections import encode_detection, encode_detection_line, flat_row
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.enums import Mode
from vedette.model.reports import ArrivalReport, Claims, Plot, PositionReport, SitePositionReport

T0_NS = 1_641_254_400_000_000_000  # 2022-01-04T00:00:00Z
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}


def make_site() -> Site:
    return Site(
        schema=1,
        name="codec test",
        mode=Mode.SIMULATED,
        reference=Reference(**HOME),
        sensors=[
            Sensor(id="radar3", kind="radar_3d", sac=25, sic=1, **HOME),
            Sensor(id="radar2", kind="radar_2d", sac=25, sic=2, **HOME),
            Sensor(id="adsb1", kind="adsb", sac=25, sic=1, **HOME),
            Sensor(id="mlat1", kind="position", sac=25, sic=1, **HOME),
            Sensor(id="rdf1", kind="bearing", sac=25, sic=1, **HOME),
            Sensor(id="rid1", kind="position", cooperative=True, **HOME),
            Sensor(id="blue", kind="position", cooperative=True, **HOME),
            Sensor(id="people", kind="position", cooperative=True, **HOME),
            Sensor(id="node1", kind="radar_3d", sapient_node=sapient_world.NODE, **HOME),
        ],
        feeds=[
            Feed(id="f-asterix", kind="asterix_udp", port=30001),
            Feed(id="f-beast", kind="beast_tcp", port=30005, sensor="adsb1"),
            Feed(id="f-sbs", kind="sbs_tcp", port=30003, sensor="adsb1"),
            Feed(id="f-scout", kind="remote_id_mqtt", port=1883, sensor="rid1", topic="#"),
            Feed(id="f-avr", kind="avr_tcp", port=30002, sensor="adsb1"),
            Feed(id="f-json", kind="aircraft_json_http", port=8080, sensor="adsb1"),
            Feed(id="f-mav", kind="mavlink_udp", port=14550, sensor="rid1"),
            Feed(id="f-rid", kind="remote_id_udp", port=30014, sensor="rid1"),
            Feed(id="f-udp", kind="detections_udp", port=30010),
            Feed(id="f-tcp", kind="detections_tcp", port=30011),
            Feed(id="f-cot", kind="cot_udp", port=30012, sensor="blue", sightings_sensor="people"),
            Feed(id="f-sapient", kind="sapient_listen", port=30013),
        ],
    )


REPORTS = (
    Plot(
        sensor="radar3", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=5000.0, azimuth_rad=1.0,
        elevation_rad=0.05, range_rate_mps=-40.0, range_sigma_m=20.0, snr_db=14.0,
        class_prob={"bird": 0.2, "fixed_wing_uas": 0.7},
    ),
    Plot(sensor="radar2", t_meas_ns=T0_NS + 1, t_recv_ns=T0_NS + 1, azimuth_rad=2.0),
    PositionReport(
        sensor="adsb1", t_meas_ns=T0_NS + 2, t_recv_ns=T0_NS + 2, lat_rad=0.59, lon_rad=0.74,
        hae_m=1000.0, horizontal_sigma_m=10.0,
        claims=Claims(icao24="4b1234", callsign="VED123", squawk="1234"),
    ),
    SitePositionReport(
        sensor="radar3", t_meas_ns=T0_NS + 3, t_recv_ns=T0_NS + 3, east_m=1.5, north_m=-2.5,
        up_m=3.0, up_sigma_m=4.0, confidence=0.5,
    ),
    ArrivalReport(
        sensor="mlat1", t_meas_ns=T0_NS + 4, t_recv_ns=T0_NS + 4, arrivals_sigma_ns=80.0,
        arrivals_ns={"north": T0_NS + 140_003, "west": T0_NS + 97_001, "east": T0_NS + 120_000},
        claims=Claims(icao24="4b1234"),
    ),
)  # fmt: skip

TARGET = Cat048(
    sac=25, sic=1, t_day_s=43200.5, report_type=7, range_m=12000.0, azimuth_rad=1.25,
    mode_3a="7700", height_baro_m=914.4, ssr_replies=9, psr_amplitude_dbm=-80, icao24="4b1234",
    callsign="VED123", mode_s=[b"12345678"], track_number=77, east_m=5.0e3, north_m=-4.0e3,
    speed_mps=45.0, heading_rad=2.0, tentative=False, warnings=[19, 20], height_msl_m=1000.0,
    range_rate_mps=-30.0, raw_doppler=[(30, 100, 9500)], capability=8437,
)  # fmt: skip


def asterix_datagrams() -> list[bytes]:
    plain = [
        Cat048(sac=25, sic=2, t_day_s=1.0, report_type=1, range_m=900.0 + 50.0 * k, azimuth_rad=3.0)
        for k in range(7)
    ]
    marks = [
        Cat034(sac=25, sic=1, message_type=1, t_day_s=2.0, rotation_period_s=4.0, common_status=0),
        Cat034(sac=25, sic=1, message_type=2, sector_rad=math.pi, counts=[(1, 5), (2, 9)]),
    ]
    return [
        encode_cat048([TARGET, plain[0]]),
        encode_cat034(marks) + encode_cat048(plain[1:2]),
        encode_cat048(plain[2:]),
    ]


def single_blocks() -> list[bytes]:
    """Give blocks of one target report or radar message each."""
    north = Cat034(sac=25, sic=1, message_type=1, t_day_s=2.0, rotation_period_s=4.0)
    sector = Cat034(sac=25, sic=1, message_type=2, sector_rad=math.pi)
    plain = Cat048(sac=25, sic=2, t_day_s=1.0, range_m=9e3, azimuth_rad=3.0)
    marks = [encode_cat034([mark]) for mark in (north, sector)]
    return [*marks, encode_cat048([TARGET]), encode_cat048([plain])]


def squitters(icao24: str = "4b1234") -> list[bytes]:
    lat, lon = math.radians(33.9), math.radians(42.5)
    return [
        mode_s.airborne_position(icao24, lat, lon, 914.4, False),
        mode_s.airborne_position(icao24, lat, lon, 914.4, True),
        mode_s.airborne_velocity(icao24, 100.0, -50.0, 2.0, 60.0),
        mode_s.identification(icao24, "VED123"),
        mode_s.identity_reply(icao24, "1234"),
        mode_s.surface_position(icao24, lat, lon, True),
    ]


def beast_stream() -> bytes:
    frames = [beast.frame_of(m, 12_000_000 * (k + 1)) for k, m in enumerate(squitters())]
    return beast.encode([*frames, beast.Frame(beast.MODE_AC, 1, 0x1A, b"\x1a\x1a")])


def sbs_text() -> bytes:
    report = REPORTS[2]
    assert isinstance(report, PositionReport)
    return sbs.encode(report)


def avr_text() -> bytes:
    return avr.encode(beast.split(beast_stream())[0])


def aircraft_documents() -> list[bytes]:
    now_s = T0_NS / 1e9
    entries = (
        '{"hex":"4b1234","flight":"VED123 ","alt_baro":3000,"alt_geom":3200,"gs":194.4,"track":90,'
        '"baro_rate":64,"squawk":"1234","lat":33.9,"lon":42.5,"seen_pos":0.5,"mlat":[]}',
        '{"hex":"~abcdef","alt_baro":"ground","lat":33.8,"lon":42.4,"seen_pos":1.1}',
    )
    return [f'{{"now":{now_s},"aircraft":[{",".join(entries)}]}}'.encode()]


def detection_text() -> bytes:
    return b"".join(encode_detection_line(report) for report in REPORTS)


def csv_text() -> bytes:
    rows = [flat_row(encode_detection(report)) for report in REPORTS]
    names = sorted({name for row in rows for name in row})
    lines = [",".join(names)] + [",".join(str(row.get(n, "")) for n in names) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def parquet_bytes() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    rows = [flat_row(encode_detection(report)) for report in REPORTS]
    names = sorted({name for row in rows for name in row})
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


def ethernet(payload: bytes, vlan: bool = False) -> bytes:
    udp = struct.pack(">HHHH", 5000, 8600, 8 + len(payload), 0) + payload
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1"
    )
    tag = b"\x81\x00\x00\x05" if vlan else b""
    return bytes(12) + tag + b"\x08\x00" + ip + udp + bytes(6)


def pcap_bytes(payloads: list[bytes], nanoseconds: bool = False, order: str = "<") -> bytes:
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    for k, payload in enumerate(payloads):
        frame = ethernet(payload, vlan=k % 2 == 1)
        data += struct.pack(order + "IIII", 1_641_254_400, k + 1, len(frame), len(frame)) + frame
    return data


def remote_id_messages() -> list[bytes]:
    return [
        remote_id.encode(message)
        for message in (
            remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"1581F4VEDETTE0001"),
            remote_id.Location(
                status=2, direction_deg=270, speed_mps=12.25, climb_mps=-1.5, lat_deg=33.9,
                lon_deg=42.5, baro_m=201.5, hae_m=212.0, height_m=60.0, horizontal_accuracy=10,
                vertical_accuracy=4, baro_accuracy=3, speed_accuracy=3, tenths=12, time_accuracy=2,
            ),
            remote_id.SelfId(kind=0, text=b"survey"),
            remote_id.System(
                place=1, classification=1, operator_lat_deg=33.91, operator_lon_deg=42.51,
                operator_hae_m=188.0, category_eu=1, class_eu=2, t_ns=T0_NS,
            ),
            remote_id.OperatorId(kind=0, operator_id=b"FIN87astrdge12k8"),
            *remote_id.sign(bytes(range(40)), 1, T0_NS),
        )
    ]  # fmt: skip


DRONE = bytes.fromhex("c0ffee000001")


def remote_id_frames() -> list[tuple[int, bytes]]:
    """One frame of each radio: (link type, octets)."""
    messages = remote_id_messages()
    pack = remote_id.encode_pack(messages)
    return [
        (105, remote_id.beacon(DRONE, 7, pack, b"drone")),
        (105, remote_id.nan_action(DRONE, 8, pack)),
        *((251, remote_id.legacy_packet(DRONE, k, m)) for k, m in enumerate(messages)),
        (251, remote_id.extended_packet(DRONE, 9, pack)),
    ]


def remote_id_datagrams() -> list[bytes]:
    pack = remote_id.encode_pack(remote_id_messages())
    own = remote_id.wrap(remote_id.ADDRESSED, DRONE + b"\x01" + pack)
    return [own, *(remote_id.wrap(link, frame, T0_NS) for link, frame in remote_id_frames())]


def mavlink_datagrams() -> list[bytes]:
    """Two packets a datagram."""
    packets = mavlink_packets()
    return [b"".join(packets[k : k + 2]) for k in range(len(packets))]


def mavlink_packets() -> list[bytes]:
    """Vehicles, an aircraft they hear, and drones they relay."""
    address = DRONE.ljust(20, b"\0")
    pack = b"".join(remote_id_messages()).ljust(225, b"\0")
    return [
        mavlink.encode(0, (0, 2, 12, 0, 4, 3), 7),
        mavlink.encode(33, (900, 339_000_000, 425_000_000, 80_000, 0, 300, 400, -100, 0), 7),
        mavlink.encode(
            24,
            (0, 339_000_000, 425_000_000, 80_000, 90, 90, 500, 9000, 3, 14, 95_000, 1200, 2500,
             300, 0, 0),
            8,
        ),
        mavlink.encode(2, (T0_NS // 1000, 900), 7),
        mavlink.encode(
            246,
            (0x4B1234, 339_100_000, 425_100_000, 914_400, 9000, 10_000, -500, 0xBF, 1234, 0,
             b"VED123", 1, 1),
            7,
        ),
        mavlink.encode(12900, (0, 0, address, 1, 2, b"1581F4MAV"), 7),
        mavlink.encode(12915, (0, 0, address, 25, 7, pack), 7),
    ]  # fmt: skip


def scout_payloads() -> list[bytes]:
    said = [remote_id.decode(message) for message in remote_id_messages()[:5]]
    memory = remote_id.publish("c0:ff:ee:00:00:01", remote_id.remember(said), T0_NS)
    pack = remote_id.encode_pack(remote_id_messages())
    sent = remote_id.publish("c0:ff:ee:00:00:02", pack, T0_NS)
    return [memory + sent, lzma.compress(memory), sent]


def radio_pcap(frames: list[bytes], link: int) -> bytes:
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for k, frame in enumerate(frames):
        data += struct.pack("<IIII", 1_641_254_400 + k, 0, len(frame), len(frame)) + frame
    return data


def remote_id_capture(link: int = 105) -> bytes:
    return radio_pcap([frame for its, frame in remote_id_frames() if its == link], link)


def pcapng_bytes(payloads: list[bytes], order: str = "<") -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        length = len(body) + 12
        return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", length)

    data = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    resolution = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0)
    data += block(1, struct.pack(order + "HHI", 1, 0, 65535) + resolution)
    for k, payload in enumerate(payloads):
        frame, t_ns = ethernet(payload), T0_NS + k
        head = struct.pack(
            order + "IIIII", 0, t_ns >> 32, t_ns & 0xFFFFFFFF, len(frame), len(frame)
        )
        data += block(6, head + frame)
    return data


def good_files() -> dict[str, list[bytes]]:
    """Give valid files of every recorded format by its name; a new format adds its own here."""
    return {
        "ast": asterix_datagrams(),
        "pcap": [
            pcap_bytes(asterix_datagrams()),
            pcap_bytes(asterix_datagrams(), True, ">"),
            remote_id_capture(105),
            remote_id_capture(251),
        ],
        "pcapng": [pcapng_bytes(asterix_datagrams()), pcapng_bytes(asterix_datagrams(), ">")],
        "beast": [beast_stream()],
        "sbs": [sbs_text()],
        "avr": [avr_text()],
        "detections": [detection_text()],
        "csv": [csv_text()],
        "parquet": [parquet_bytes()],
        "sapient": [
            sapient_world.stream(),
            sapient_world.lines(),
            sapient_world.stream("detectionReport"),
        ],
        "cot": [b"".join(cot_world.datagrams()[:5]), *cot_world.datagrams()],
    }
