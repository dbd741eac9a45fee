"""Constants, angles, errors: what every stage may know."""
