"""Stage codecs."""
