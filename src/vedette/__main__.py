"""`python -m vedette`."""

from vedette.cli import script

script()
