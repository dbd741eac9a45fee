"""What the whole chain says of a source whose reports it refuses."""

from vedette import pipeline
from vedette.base.constants import NS_PER_S
from vedette.codecs.detections import encode_detection_line
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import SourceHealth
from vedette.model.picture import AirPicture, SourceState
from vedette.model.reports import Plot

T0 = 1_641_268_800 * NS_PER_S
PLACE = {"lat_deg": 33.8, "lon_deg": 42.4, "hae_m": 180.0}


class Line:
    """A site with one radar and an ASTERIX feed; each step is a second."""

    def __init__(self) -> None:
        site = Site(
            schema=1,
            name="test",
            reference=Reference(**PLACE),
            sensors=[Sensor(id="radar", kind="radar_3d", **PLACE)],
            feeds=[Feed(id="link", kind="asterix_udp", port=8600)],
        )
        self.pipeline, self.now_ns = pipeline.assemble(site), T0
        self.state = pipeline.start(self.pipeline)
        self.picture: AirPicture | None = None

    def send(self, *data: bytes, feed: str = "http") -> None:
        self.now_ns += NS_PER_S
        arrivals = [Arrival(feed=feed, t_recv_ns=self.now_ns, data=each) for each in data]
        self.state, self.picture = pipeline.step(
            self.pipeline, self.state, pipeline.Inputs(arrivals), self.now_ns
        )

    def plot(self, sensor: str = "radar", **changes: object) -> bytes:
        t_ns = self.now_ns + NS_PER_S
        parts = {"t_meas_ns": t_ns, "range_m": 9000.0, "azimuth_rad": 1.0, "elevation_rad": 0.1}
        return encode_detection_line(Plot(sensor=sensor, t_recv_ns=t_ns, **parts | changes))

    def source(self, name: str) -> SourceState:
        assert self.picture is not None
        return next(s for s in self.picture.sources if s.source == name)


def test_one_refused_old_line_leaves_no_mark_on_the_latency():
    line = Line()
    line.send(line.plot(t_meas_ns=1))
    assert line.source("radar").refused_by_reason == {"too old": 1}
    assert line.source("radar").health is SourceHealth.DEGRADED
    assert "too old" in line.source("radar").reason
    for _ in range(7):
        line.send(line.plot())
    assert line.source("radar").health is SourceHealth.OK
    assert abs(line.source("radar").latency_s) < 0.5


def test_sensors_and_feeds_whose_input_is_all_refused_are_not_healthy():
    line = Line()
    for _ in range(12):
        line.send(line.plot("s12"))
    for _ in range(12):
        line.send(b"garbage", feed="link")
    for _ in range(12):
        line.send()
    assert line.source("s12").health is SourceHealth.DEGRADED
    assert "site file does not name it" in line.source("s12").reason
    assert line.source("link").health is SourceHealth.DEGRADED
    assert line.source("link").reason.startswith("100% of what came last is refused")
    assert line.source("radar").health is SourceHealth.FAILED or line.source("radar").last_ns == 0


def test_of_what_floods_a_door_the_sensor_is_named_and_not_the_door():
    line = Line()
    line.send(line.plot())
    for _ in range(12):
        line.now_ns += NS_PER_S
        shed = Arrival(feed="http", t_recv_ns=line.now_ns, kind="shed", count=500, data=b"radar")
        inputs = pipeline.Inputs([shed])
        line.state, line.picture = pipeline.step(line.pipeline, line.state, inputs, line.now_ns)
    assert line.source("radar").shed == 6000
    assert line.source("radar").reason.startswith("it sends too fast: ")
    assert line.source("http").shed == 0
