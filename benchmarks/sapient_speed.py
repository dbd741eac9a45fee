"""How many SAPIENT detections become reports in a second, beside protobuf's parsing alone.

python -m benchmarks.sapient_speed [--quick] [--json]
"""

import sys
import time
from collections.abc import Callable
from statistics import median

from benchmarks.figures import Figure, run_module
from vedette import codecs
from vedette.codecs import sapient
from vedette.config.site import Feed, Reference, Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.reports import Plot
from vedette.simulator.wire import create_wire

NAME = "sapient_speed"
TITLE = "SAPIENT, detections a second"
TEXT = """One radar's detections (range, bearing, elevation, range rate, cross-section, signal to
noise; 186 octets), made by the simulator's own node. *protobuf alone* turns the octets into an
object; *judged* holds it to the standard besides; *to reports* is the feed's whole way, framing and
registration included. The three in turn, in one process; processor time, median of the rounds."""
COMMAND = "python -m benchmarks.sapient_speed"
NEEDS = ""

DETECTIONS = 5_000
ROUNDS, ROUNDS_QUICK = 9, 3
T_NS = 1_641_254_400_000_000_000
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}
NODE = "6f582b41-6c88-481c-bb0f-6021a1739f57"


def make_site() -> Site:
    """Make a site with one radar that is a node behind a middleware."""
    return Site(
        schema=1,
        name="speed",
        reference=Reference(**HOME),
        sensors=[Sensor(id="radar", kind="radar_3d", sapient_node=NODE, **HOME)],
        feeds=[Feed(id="middleware", kind="sapient_tcp", port=1)],
    )


def make_plots() -> list[Plot]:
    """Make a radar's plots."""
    return [
        Plot(
            sensor="radar", t_meas_ns=T_NS + k, t_recv_ns=T_NS, range_m=5_000.0 + k,
            azimuth_rad=1.0 + 1e-5 * k, elevation_rad=0.05, range_rate_mps=-40.0,
            rcs_dbsm=-12.0, snr_db=14.0,
        )
        for k in range(DETECTIONS)
    ]  # fmt: skip


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    site = make_site()
    nodes, decoders = create_wire(site).nodes["middleware"], codecs.open_decoders(site)
    registered = nodes.signs(T_NS)
    codecs.decode(decoders, [Arrival(feed="middleware", t_recv_ns=T_NS, data=registered)])
    data = nodes.words(make_plots(), site.sensors[0])
    messages, read = sapient.split(data).messages, sapient.message_class().FromString

    def to_reports() -> None:
        arrival = Arrival(feed="middleware", t_recv_ns=T_NS, data=data)
        found = codecs.decode(decoders, [arrival])
        assert sum(isinstance(report, Plot) for report in found) == DETECTIONS

    works: dict[str, Callable[[], object]] = {
        "protobuf alone": lambda: [read(message) for message in messages],
        "judged": lambda: [sapient.parse(message) for message in messages],
        "to reports": to_reports,
    }
    spent_s: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS_QUICK if quick else ROUNDS):
        for name, work in works.items():
            begun_s = time.process_time()
            work()
            spent_s[name].append(time.process_time() - begun_s)
    rates = {name: DETECTIONS / median(spent) for name, spent in spent_s.items()}
    share = rates["to reports"] / rates["protobuf alone"]
    return [
        *(Figure(f"detections a second, {name}", f"{rates[name]:,.0f}") for name in works),
        Figure("to reports, as a share of protobuf alone", f"{share:.1%}"),
    ]


if __name__ == "__main__":
    run_module(sys.modules[__name__])
