"""Stage warning."""
