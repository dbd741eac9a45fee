"""Stage incident."""
