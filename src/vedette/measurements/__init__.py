"""Stage measurements."""
