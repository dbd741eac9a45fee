"""Vedette: one air picture from many sensors, and a warning in time."""

__version__ = "0.1.0"
