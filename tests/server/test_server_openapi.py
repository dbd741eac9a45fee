"""The OpenAPI document: of every route, up to date, and obeyed by what the server sends."""

import asyncio
import json
import re

import pytest
from server_world import PASSWORD, SmallService, make_site, running
from starlette.routing import Route

from vedette.server import Accounts, Hub, Options, make_app
from vedette.server.openapi import OPERATIONS, document, rendered
from vedette.server.permissions import as_markdown

HERE = {(o.method.upper(), o.path) for o in OPERATIONS}


def test_every_route_is_told_and_nothing_else():
    site = make_site()
    app = make_app(Hub(site, SmallService()), site, Accounts(site.people), Options())
    served = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route) and route.path != "/"
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert served == HERE


def test_the_page_about_access_has_the_table_of_the_program(repository):
    assert as_markdown() in (repository / "docs" / "access.md").read_text(), "run: make docs"


def test_the_kept_document_is_up_to_date(repository):
    kept = (repository / "docs" / "openapi.json").read_bytes()
    assert kept == rendered(), "run: make docs"


def test_every_reference_leads_somewhere_and_patterns_are_no_python():
    told = document()
    schemas = told["components"]["schemas"]
    text = json.dumps(told)
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= schemas.keys()
    assert "\\\\A" not in text and "\\\\Z" not in text
    assert not re.search(r'"\w+_ns": {', json.dumps(schemas["PictureView"]))


def fits(value, schema, schemas) -> list[str]:
    """Give what of a value does not fit a schema: the keywords that our documents use."""
    if "$ref" in schema:
        return fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            tried = [fits(value, one, schemas) for one in schema[key]]
            return [] if any(not one for one in tried) else [f"{value!r:.80}: none of {key}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{value!r} is none of {schema['enum']}"]
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool,
             "null": type(None), "array": list, "object": dict}  # fmt: skip
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(isinstance(value, kinds[one]) for one in wanted):
        return [f"{value!r:.80} is no {wanted}"]
    found = []
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in value.items():
            if name in properties:
                found += fits(inner, properties[name], schemas)
            elif schema.get("additionalProperties") is False:
                found.append(f"{name} is not told")
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        found += [fault for item in value for fault in fits(item, schema["items"], schemas)]
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/api/session",
        "/api/site",
        "/api/picture",
        "/api/brief",
        "/api/tracks/1",
        "/api/events",
        "/api/health",
    ],
)
def test_what_is_sent_is_as_it_is_told(path):
    told = document()

    async def ask():
        async with running() as world, world.browser() as browser:
            return await browser.get(path)

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    name = path if path in told["paths"] else "/api/tracks/{track_id}"
    response = told["paths"][name]["get"]["responses"]["200"]
    schema = response["content"]["application/json"]["schema"]
    assert fits(answer.json(), schema, told["components"]["schemas"]) == []


def test_a_flag_that_is_neither_yes_nor_no_is_refused():
    async def ask():
        async with running() as world, world.browser() as browser:
            await world.log_in(browser, "watch")
            return [
                (await browser.get(f"/api/picture?tracks={value}")).status_code
                for value in ("0", "1", "AAA", "")
            ] + [(await browser.get("/api/incident.html?download=yes")).status_code]

    assert PASSWORD and asyncio.run(ask()) == [200, 200, 400, 400, 400]
