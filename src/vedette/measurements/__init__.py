"""Reports become measurements: checked, calibrated, in the site's frame, with their uncertainty.

In: reports (what sensors say) and the site file. Out: one batch of arrays a sensor, for the
tracker, and a named refusal for everything that cannot be used. Nothing is remembered here.
"""

from vedette.measurements.form import derived, form
from vedette.measurements.sensors import identity_key, sensor_models
from vedette.model.measurements import MeasurementBatch, MeasurementKind, SensorModel

__all__ = [
    "MeasurementBatch",
    "MeasurementKind",
    "SensorModel",
    "derived",
    "form",
    "identity_key",
    "sensor_models",
]
