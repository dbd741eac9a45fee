"""What goes wrong with sensors, and when: the scenario's `[[faults]]`, and what is wrong with them.

A fault holds from from_s to to_s (not included) of the scenario's time.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from vedette.config.lines import Lines
from vedette.config.site import Degrees, Key, NonNegative, Positive, Sensor, Site, Table
from vedette.simulator.sensor_specs import SensorModelSpec, sensor_fault

FaultKind = Literal[
    "bias_range",
    "bias_azimuth",
    "bias_elevation",
    "bias_east",
    "bias_north",
    "bias_up",
    "clock_step",
    "clock_drift",
    "latency",
    "drop_out",
    "duplication",
    "reordering",
    "flood",
    "noise",
]
# What a sensor of each kind can be off by; no frame of ADS-B carries what its receiver measured.
BIASES = {
    "radar_3d": ("bias_range", "bias_azimuth", "bias_elevation"),
    "radar_2d": ("bias_range", "bias_azimuth"),
    "range": ("bias_range",),
    "bearing": ("bias_azimuth",),
    "bearing_elevation": ("bias_azimuth", "bias_elevation"),
    "position": ("bias_east", "bias_north", "bias_up"),
}
FLOODED = ("radar_3d", "radar_2d", "range", "bearing", "bearing_elevation", "position", "adsb")
# The amounts that make sense, by kind: what is more is no sick sensor but no sensor.
AMOUNTS = {
    "bias_range": (-1e5, 1e5),
    "bias_east": (-1e5, 1e5),
    "bias_north": (-1e5, 1e5),
    "bias_up": (-500.0, 50_000.0),
    "bias_azimuth": (-360.0, 360.0),
    "bias_elevation": (-90.0, 90.0),
    "clock_step": (-86_400.0, 86_400.0),
    "clock_drift": (-0.1, 0.1),
    "latency": (0.0, 3_600.0),
    "drop_out": (0.0, 1.0),
    "duplication": (1.0, 100.0),
    "reordering": (0.0, 3_600.0),
    "flood": (0.0, 100_000.0),
    "noise": (-30.0, 150.0),
}
Amount = Annotated[float, Meta(ge=-1e6, le=1e6)]


class FaultSpec(Table, frozen=True, kw_only=True):
    """One fault of one sensor, in the window of the true time of measurement.

    bias_*: added to what is measured: metres, degrees. clock_step: seconds added to its times;
    clock_drift: seconds a second, from from_s on. latency: held back so many seconds more.
    drop_out: this share is lost. duplication: said so many times more. reordering: each held back
    by up to so many seconds, evenly. flood: so many false reports a second beside. noise: a
    transmitter in the direction azimuth_deg raises the receiver's noise by so many decibels over
    its own, as seen in the main beam (radars by the radar equation).
    """

    sensor: Key
    kind: FaultKind
    from_s: NonNegative = 0.0
    to_s: Positive = 1e9
    amount: Amount
    azimuth_deg: Degrees | None = None


def check_sensing(
    specs: Sequence[SensorModelSpec], faults: Sequence[FaultSpec], site: Site, lines: Lines
) -> None:
    """Refuse, by file, line and key, what a scenario says of the site's sensors and cannot be."""
    sensors = {sensor.id: sensor for sensor in site.sensors}
    for k, spec in enumerate(specs):
        wrong = sensor_fault(spec, sensors[spec.id])
        if wrong:
            raise lines.refusal(f"sensors[{k}].{wrong[0]}", wrong[1])
    known = {spec.id: spec for spec in specs}
    for k, fault in enumerate(faults):
        wrong = fault_fault(fault, sensors.get(fault.sensor), known.get(fault.sensor))
        if wrong:
            raise lines.refusal(f"faults[{k}].{wrong[0]}", wrong[1])


def fault_fault(
    fault: FaultSpec, sensor: Sensor | None, spec: SensorModelSpec | None
) -> tuple[str, str] | None:
    """Say which key of a fault is wrong and why; None: nothing."""
    if sensor is None:
        return "sensor", f"the site has no {fault.sensor!r}"
    if fault.to_s <= fault.from_s:
        return "to_s", "must be above from_s"
    low, high = AMOUNTS[fault.kind]
    if not low <= fault.amount <= high:
        return "amount", f"of {fault.kind} it must be {low:g} to {high:g}"
    if fault.kind == "duplication" and fault.amount != int(fault.amount):
        return "amount", "of duplication it must be whole"
    if (fault.azimuth_deg is not None) != (fault.kind == "noise"):
        return "azimuth_deg", "noise has a direction, and nothing else has"
    if fault.kind == "noise" and (spec is None or spec.radar is None):
        return "sensor", "noise is for radars that have a table radar"
    if fault.kind.startswith("bias") and fault.kind not in BIASES.get(sensor.kind, ()):
        return "kind", f"a sensor of kind {sensor.kind} measures no {fault.kind[5:]}"
    if fault.kind.startswith("clock") and sensor.kind == "adsb":
        return "kind", "an ADS-B frame carries no date"
    if fault.kind == "flood" and sensor.kind not in FLOODED:
        return "kind", f"no flood is made for kind {sensor.kind}"
    return None
