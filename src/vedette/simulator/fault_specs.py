"""What goes wrong with sensors, and when: the scenario's `[[faults]]`, and what is wrong with them.

A fault holds from from_s to to_s (not included) of the scenario's time.
"""

from typing import Annotated, Literal

from msgspec import Meta

from vedette.config.site import Degrees, Key, NonNegative, Positive, Sensor, Table
from vedette.simulator.sensor_specs import SensorModelSpec

FaultKind = Literal["noise"]
Amount = Annotated[float, Meta(ge=-1e9, le=1e9)]


class FaultSpec(Table, frozen=True, kw_only=True):
    """One fault of one sensor.

    noise: a transmitter in the direction azimuth_deg raises the receiver's noise by `amount`
    decibels over its own, as seen in the main beam (radars by the radar equation).
    """

    sensor: Key
    kind: FaultKind
    from_s: NonNegative = 0.0
    to_s: Positive = 1e9
    amount: Amount
    azimuth_deg: Degrees | None = None


def fault_fault(
    fault: FaultSpec, sensor: Sensor | None, spec: SensorModelSpec | None
) -> tuple[str, str] | None:
    """Say which key of a fault is wrong and why; None: nothing."""
    if sensor is None:
        return "sensor", f"the site has no {fault.sensor!r}"
    if fault.to_s <= fault.from_s:
        return "to_s", "must be above from_s"
    if (fault.azimuth_deg is not None) != (fault.kind == "noise"):
        return "azimuth_deg", "noise has a direction, and nothing else has"
    if fault.kind == "noise" and (spec is None or spec.radar is None):
        return "sensor", "noise is for radars that have a table radar"
    return None
