"""`python -m vedette`."""

from vedette.cli import script

if __name__ == "__main__":  # processes of a campaign import this module
    script()
