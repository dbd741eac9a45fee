"""Stage feeds."""
