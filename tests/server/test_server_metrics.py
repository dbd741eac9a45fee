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
                    passed_by_reason={"ping": 7},
                    shed=1, lost=7, rate_hz=0.5, latency_s=0.25, clock_offset_s=-5.0)
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
    assert told[f'vedette_source_passed_over_total{{{radar},reason="ping"}}'] == 7
    assert told[f"vedette_source_lost_total{{{radar}}}"] == 7
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


def test_a_real_collector_reads_every_family_by_the_conventions_of_prometheus():
    from prometheus_client.parser import text_string_to_metric_families
    from server_world import SmallService

    hub = Hub(make_site(), SmallService())
    hub.publish(picture())
    families = {f.name: f for f in text_string_to_metric_families(metrics_text(hub))}
    assert all(family.documentation.endswith(".") for family in families.values())
    assert all(family.type in ("counter", "gauge", "histogram") for family in families.values())
    for name, family in families.items():
        assert name.startswith("vedette_") and not name.endswith(("_ms", "_us", "_m", "_total"))
        is_counter = family.type == "counter"
        assert all(s.name.endswith("_total") == is_counter for s in family.samples), name
    radar = {"source": "radar-1", "kind": "sensor"}

    def value(name: str, **labels: str) -> float:
        (found,) = [s.value for s in families[name].samples if labels.items() <= s.labels.items()]
        return found

    assert value("vedette_source_clock_offset_seconds", **radar) == -5.0
    assert value("vedette_source_rate_hertz", **radar) == 0.5
    assert value("vedette_source_age_seconds", **radar) == 2.5
    assert value("vedette_source_refused", **radar, reason="too old") == 4
    assert value("vedette_source_shed", **radar) == 1
    assert value("vedette_queue_items", queue="output tak") == 2
    assert value("vedette_queue_bytes", queue="output lines") == 512
    assert value("vedette_deliveries", channel="siren", outcome="failed") == 1
    buckets = [s for s in families["vedette_stage_seconds"].samples if s.name.endswith("_bucket")]
    assert [s.value for s in buckets] == sorted(s.value for s in buckets)


def test_a_running_service_counts_deliveries_and_what_waits_in_its_outputs(tmp_path):
    from vedette.outputs.delivering import OUTCOMES
    from vedette.service.live import Service

    folder = tmp_path / "files"
    folder.mkdir()
    site = SITE_WITH_OUTPUTS.format(folder=folder)

    async def measured():
        async with Service(site, tmp_path / "recording") as service:
            return service.measures()

    import asyncio

    measures = asyncio.run(measured())
    assert {key for key in measures.queues if key.startswith("output")} == {
        "output tak",
        "output lines",
    }
    assert measures.queue_bytes["output lines"] == 0
    assert measures.deliveries == {("files", outcome): 0 for outcome in OUTCOMES}


SITE_WITH_OUTPUTS = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = {{ lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }}
[[outputs]]
id = "tak"
kind = "cot_udp"
port = 48911
[[outputs]]
id = "lines"
kind = "tracks_tcp"
port = 48913
[[channels]]
id = "files"
kind = "cap"
folder = "{folder}"
sender = "duty@example.org"
"""
