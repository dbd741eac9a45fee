"""Stage record."""
