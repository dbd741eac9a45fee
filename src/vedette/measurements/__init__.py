"""Reports become measurements: checked, calibrated, in the site's frame, with their uncertainty.

In: reports (what sensors say) and the site file. Out: one batch of arrays a sensor, for the
tracker, and a named refusal for everything that cannot be used. Nothing is remembered here but how
far the sensors' clocks are off (`dating`).
"""

from vedette.measurements.dating import Dating, date
from vedette.measurements.dating import start as start_dating
from vedette.measurements.form import derived, form
from vedette.measurements.sensors import identity_key, sensor_models
from vedette.model.measurements import MeasurementBatch, MeasurementKind, SensorModel

__all__ = [
    "Dating",
    "MeasurementBatch",
    "MeasurementKind",
    "SensorModel",
    "date",
    "derived",
    "form",
    "identity_key",
    "sensor_models",
    "start_dating",
]
