"""Stage simulator."""
