"""Stage threat."""
