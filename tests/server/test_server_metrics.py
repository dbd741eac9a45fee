"""GET /metrics: what a collector reads, and who may."""

import base64
import re

import httpx
from server_world import PASSWORD, T0_NS, make_picture, make_site, running

from vedette.model.enums import SourceHealth
from vedette.model.picture import SourceState
from vedette.server import Accounts, Hub, Options, make_app
from vedette.server.metrics import metrics_text

SAMPLE = re.compile(r'[a-z_]+(\{([a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? [-+0-9.e]+(inf|nan)?')


def values(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            assert SAMPLE.fullmatch(line), line
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


def picture():
    shown = make_picture(3)
    shown.sources.append(
        SourceState(source="radar-1", kind="sensor", health=SourceHealth.STALE, reports=12,
                    last_ns=T0_NS - 2_500_000_000, refused=4, refused_by_reason={"too old": 4},
                    shed=1, rate_hz=0.5, latency_s=0.25)
    )  # fmt: skip
    return shown


async def _read() -> dict[str, float]:
    async with running(tracks=0) as world, world.browser() as browser:
        world.hub.publish(picture())
        answer = await browser.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return values(answer.text)


def test_tracks_sources_queues_and_stages_are_told():
    import asyncio

    told = asyncio.run(_read())
    radar = 'source="radar-1",kind="sensor"'
    assert told['vedette_tracks{status="confirmed"}'] == 3
    assert told['vedette_identities{identity="SUSPECT"}'] == 3
    assert told['vedette_warnings{level="imminent"}'] == 1
    assert told['vedette_warnings{level="possible"}'] == 0
    assert told[f'vedette_source_health{{{radar},health="stale"}}'] == 1
    assert told[f'vedette_source_health{{{radar},health="ok"}}'] == 0
    assert told[f'vedette_source_refused_total{{{radar},reason="too old"}}'] == 4
    assert told[f"vedette_source_age_seconds{{{radar}}}"] == 2.5
    assert told[r'vedette_queue_items{queue="feed \"x\""}'] == 3
    stage = 'stage="pipeline"'
    assert told[f'vedette_stage_seconds_bucket{{{stage},le="0.025"}}'] == 0
    assert told[f'vedette_stage_seconds_bucket{{{stage},le="0.05"}}'] == 1
    assert told[f'vedette_stage_seconds_bucket{{{stage},le="+Inf"}}'] == 2
    assert told[f"vedette_stage_seconds_count{{{stage}}}"] == 2


def test_each_family_has_one_type_and_its_samples_stand_together():
    from server_world import SmallService

    hub = Hub(make_site(), SmallService())
    hub.publish(picture())
    lines = metrics_text(hub).splitlines()
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(typed) == len(set(typed))
    order = [re.sub(r"_(bucket|sum|count)$", "", re.split(r"[{ ]", line)[0])
             for line in lines if not line.startswith("#")]  # fmt: skip
    assert list(dict.fromkeys(order)) == typed


def test_where_a_login_is_needed_a_collector_says_name_and_password():
    import asyncio

    from server_world import SmallService

    site = make_site()
    app = make_app(Hub(site, SmallService()), site, Accounts(site.people), Options(host="0.0.0.0"))

    def basic(name: str, password: str) -> dict[str, str]:
        said = base64.b64encode(f"{name}:{password}".encode()).decode()
        return {"Authorization": f"Basic {said}"}

    async def ask(headers: dict[str, str]) -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get("/metrics", headers=headers)).status_code

    async def all_of_them() -> list[int]:
        return [
            await ask({}),
            await ask(basic("guest", "wrong")),
            await ask(basic("radar", PASSWORD)),
            await ask(basic("guest", PASSWORD)),
            await ask({"Authorization": "Basic %%%"}),
        ]

    assert asyncio.run(all_of_them()) == [401, 401, 403, 200, 401]
