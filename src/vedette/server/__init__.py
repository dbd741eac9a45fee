"""The web service: the picture to people, their commands to the pipeline.

The service makes a `Hub`, publishes every step's picture to it, and serves `make_app(hub, ...)`.
"""

from vedette.server.access import Options
from vedette.server.accounts import Accounts, hash_password
from vedette.server.app import demand_accounts, make_app
from vedette.server.hub import Hub, Service
from vedette.server.listen import Listening, refuse_taken, serve, tls_files

__all__ = [
    "Accounts",
    "Hub",
    "Listening",
    "Options",
    "Service",
    "demand_accounts",
    "hash_password",
    "make_app",
    "refuse_taken",
    "serve",
    "tls_files",
]
