"""The drawing of the whole, as code."""
