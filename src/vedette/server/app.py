"""The web service as one Starlette application."""

from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from vedette.base.errors import VedetteError
from vedette.config.site import Site
from vedette.model.enums import Mode
from vedette.server import exhibits
from vedette.server.access import Access, Options
from vedette.server.accounts import Accounts
from vedette.server.audit_routes import AuditRoutes
from vedette.server.command_routes import CommandRoutes, Desk
from vedette.server.detection_routes import DetectionRoutes
from vedette.server.exercise_routes import ExerciseRoutes
from vedette.server.gate import behind_doors, keep_told, note_reason
from vedette.server.ground_routes import GroundRoutes, ground_of
from vedette.server.guard import FIXED_HEADERS, Doors, Guard, error_body, is_loopback, names_of
from vedette.server.hub import Hub
from vedette.server.listen import tls_files
from vedette.server.login_routes import LoginRoutes
from vedette.server.metrics import MetricsRoutes
from vedette.server.oidc import Provider
from vedette.server.oidc_routes import OidcRoutes
from vedette.server.openapi import OpenApiRoutes
from vedette.server.page import page_routes
from vedette.server.picture_routes import PictureRoutes
from vedette.server.replay_routes import ReplayRoutes, refusals
from vedette.server.report_routes import ReportRoutes
from vedette.server.stream_routes import StreamRoutes
from vedette.server.strict import one_line
from vedette.server.whatif_routes import WhatIfRoutes


def make_app(hub: Hub, site: Site, accounts: Accounts, options: Options) -> Starlette:
    """Make the application that shows `hub` to people.

    The site file's host_names and certificate count beside what `options` say.
    Raises VedetteError where it would listen to the network without any account to log in with, or
    the site's own map cannot be drawn.
    """
    options = replace(
        options,
        host_names=(*options.host_names, *site.service.host_names),
        tls=options.tls or tls_files(site) is not None,
    )
    # A replay has no login at all.
    provider = Provider(site.oidc) if site.oidc and hub.mode is not Mode.REPLAY else None
    accounts.has_provider = provider is not None
    demand_accounts(options.host, accounts)
    login_required = not is_loopback(options.host) or site.service.login_required
    hub.ground = ground_of(site, hub.mode)
    accounts.idle_lock_s = site.service.idle_lock_s
    access = Access(hub, accounts, options, login_required)
    keep_told(access)
    doors = Doors(
        bind=options.host,
        names=names_of(options.host_names),
        body_max={exhibits.PATH: site.limits.exhibits_max_bytes + exhibits.FORM_ROOM_BYTES},
    )
    return Starlette(
        routes=_routes(access, hub, options, provider),
        middleware=[Middleware(Guard, doors=doors)],
        exception_handlers={
            HTTPException: _http_error,
            ClientDisconnect: _gone,
            Exception: _fault,
        },
    )


def demand_accounts(host: str, accounts: Accounts) -> None:
    """Raise VedetteError where a service would listen to the network with nobody to log in."""
    if not is_loopback(host) and len(accounts) == 0:
        raise VedetteError(
            f"listening on {host} needs accounts: add one (vedette account add NAME --role "
            "operator) or add [[people]] to the site file, or listen on 127.0.0.1"
        )


def _routes(
    access: Access, hub: Hub, options: Options, provider: Provider | None
) -> list[BaseRoute]:
    desk = Desk(hub)
    routes = [
        *ReplayRoutes(options.player).routes(),
        *WhatIfRoutes(options.beside).routes(),
        *ExerciseRoutes(access, options.exercise).routes(),
        *LoginRoutes(access, desk).routes(),
        *OidcRoutes(access, provider).routes(),
        *CommandRoutes(access, desk).routes(),
        *exhibits.ExhibitRoutes(access, desk).routes(),
        *PictureRoutes(access).routes(),
        *ReportRoutes(access).routes(),
        *GroundRoutes(access).routes(),
        *DetectionRoutes(access).routes(),
        *MetricsRoutes(access).routes(),
        *OpenApiRoutes(access).routes(),
        *StreamRoutes(access).routes(),
        *AuditRoutes(access).routes(),
    ]
    shut = refusals() if hub.mode is Mode.REPLAY else []
    return [*shut, *behind_doors(access, routes), *page_routes(options.static)]


async def _http_error(request: Request, error: Any) -> Response:
    """Say what was wrong, in the one form every refusal has."""
    text = one_line(str(error.detail))
    # What is wrong with a body quotes the body, and a password may stand anywhere in it.
    note_reason(request, "the request is not valid" if error.status_code == 400 else text)
    return Response(
        error_body(text), error.status_code, error.headers, media_type="application/json"
    )


async def _gone(request: Request, error: Exception) -> Response:
    """Answer a client that hung up: nobody reads it."""
    return Response(status_code=400)


async def _fault(request: Request, error: Exception) -> Response:
    """Say that the program is at fault; the traceback goes to the log, never to the client."""
    body = error_body("a fault of the service: see its log")
    return Response(body, 500, FIXED_HEADERS, media_type="application/json")
