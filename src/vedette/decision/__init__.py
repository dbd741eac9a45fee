"""Stage decision."""
