"""Exercises: simulated flights, failures and calls among the real, timed and scored."""

from vedette.service.exercise.running import Exercise

__all__ = ["Exercise"]
