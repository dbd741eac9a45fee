"""The page of scenarios, written from their files: docs/scenarios.md and a plan of each as SVG.

In: scenarios/*.toml and their sites. Out: {path in the repository: text}. A plan is drawn from the
world of seed 1 as it flies for the first five minutes.
"""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.figures import REPOSITORY
from vedette.geo import SiteFrame
from vedette.simulator.expectation import Expect
from vedette.simulator.objects import asset_enu
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.world import World, create_world

FOLDER = REPOSITORY / "scenarios"
SIZE_PX = 420
FLOWN_S = 300.0
POINTS_MAX = 30  # of one path
PATHS_MAX = 40  # of one kind of object: a flock is known by a few of its birds
EXTENT_MIN_M, EXTENT_MAX_M = 2_000.0, 30_000.0
COLOURS = {"HOSTILE": "#b3261e", "FRIEND": "#1f5fa8", "UNKNOWN": "#8a5600", "NEUTRAL": "#3d7a4a"}
BIRD, BALLOON, SPOOFED = "#9aa3ad", "#c77d00", "#7b4aa3"
HEAD = """# Scenarios
This page is written by `make docs` from the files in [`scenarios/`](../scenarios); change those.
Each scenario is a test: `[expect]` must hold with its scripted people at the consoles, and
`[expect_unattended]` with nobody there. One is run, judged and reported by

    vedette demo NAME --headless --fast --seed 1 --report out [--unattended]

and watched by `vedette demo NAME`. What every name under "must follow" means is said at the end.

In the plans north is up. Red: sent against something. Blue: own. Green: civil. Grey: birds. Orange:
balloons. Violet, dashed: there is nothing but its own word. Squares: what is defended, with its
radius. Triangles: sensors. Pale bands: lanes. Drawn as flown with seed 1 for five minutes at most.
"""


class Plan(NamedTuple):
    """What a plan is drawn in: half its width in metres, and the site's frame."""

    half_m: float
    frame: SiteFrame

    def px(self, east_m: float, north_m: float) -> str:
        """Place a point on the paper."""
        scale = SIZE_PX / (2.0 * self.half_m)
        x, y = (self.half_m + east_m) * scale, (self.half_m - north_m) * scale
        return f"{x:.0f},{y:.0f}"


def pages() -> dict[str, str]:
    """Make every generated page, by its path in the repository."""
    scenarios = [load_scenario(path) for path in sorted(FOLDER.glob("*.toml"))]
    made = {"docs/scenarios.md": _page(scenarios)}
    for loaded in scenarios:
        made[f"docs/images/scenarios/{loaded.path.stem}.svg"] = plan(loaded)
    return made


def _page(scenarios: list[LoadedScenario]) -> str:
    rows = [
        f"| [{s.scenario.name}](#{_anchor(s.scenario.name)}) | {s.scenario.duration_s:,.0f} | "
        f"{sum(spec.count for spec in s.scenario.objects):,} | {len(s.site.sensors)} |"
        for s in scenarios
    ]
    table = "\n".join(["| scenario | seconds | objects | sensors |", "|---|---|---|---|", *rows])
    parts = [HEAD, table, *[_section(loaded) for loaded in scenarios], _glossary()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", name.lower()).replace(" ", "-")


def _section(loaded: LoadedScenario) -> str:
    scenario, stem, site = loaded.scenario, loaded.path.stem, loaded.site_path.name
    lines = [
        f"## {scenario.name}",
        f"![plan](images/scenarios/{stem}.svg)",
        f"[`{stem}.toml`](../scenarios/{stem}.toml), site [`{site}`](../scenarios/sites/{site}). "
        + basis(loaded.path),
        scenario.description,
        _expected(scenario.expect, scenario.expect_unattended),
    ]
    return "\n\n".join(lines)


def basis(path: Path) -> str:
    """Give what a scenario stands on: the comment its file begins with."""
    lines = []
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)


def _expected(attended: Expect, unattended: Expect) -> str:
    rows = ["| must follow | with people | with nobody |", "|---|---|---|"]
    for name in Expect.__struct_fields__:
        bounds = [getattr(table, name) for table in (attended, unattended)]
        if any(bound is not None for bound in bounds):
            rows.append(f"| `{name}` | {' | '.join(_bound(bound) for bound in bounds)} |")
    return "\n".join(rows)


def _bound(value: bool | int | float | None) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"


def _glossary() -> str:
    """Say what each expectation means, in the words of its own docstring."""
    text = " ".join((Expect.__doc__ or "").split())
    names = "|".join(sorted(Expect.__struct_fields__, key=len, reverse=True))
    pieces = re.split(rf"(?:^|(?<=[.;] ))({names}): ", text)[1:]
    rows = [f"| `{name}` | {words.strip(' .;')} |" for name, words in _pairs(pieces)]
    return "\n".join(["## What must follow", "| name | meaning |", "|---|---|", *rows])


def _pairs(pieces: list[str]) -> list[tuple[str, str]]:
    return list(zip(pieces[::2], pieces[1::2], strict=True))


def plan(loaded: LoadedScenario) -> str:
    """Draw the plan of a scenario: paths, what is defended, lanes, sensors. Returns SVG."""
    world = create_world(loaded, 1)
    paths = _flown(world, min(loaded.scenario.duration_s, FLOWN_S))
    paper = Plan(_half_m(loaded, world, paths), SiteFrame(loaded.site.reference))
    body = [*_lanes(loaded, paper), *_paths(world, paths, paper)]
    body += [*_assets(loaded, paper), *_sensors(loaded, paper), *_bar(paper)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE_PX} {SIZE_PX}" '
        f'width="{SIZE_PX}" height="{SIZE_PX}" font-family="sans-serif" font-size="10">\n'
        f'<rect width="{SIZE_PX}" height="{SIZE_PX}" fill="#fbfbf8"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _flown(world: World, until_s: float) -> list[np.ndarray]:
    """Fly the world and give each object's path (K, 2), metres, while it is there."""
    every = max(int(until_s / 0.25 / POINTS_MAX), 1)
    seen: list[list[np.ndarray]] = [[] for _ in world.fleet.ids]
    step = 0
    while world.elapsed_s < until_s:
        if step % every == 0:
            for k in np.flatnonzero(world.visible):
                seen[k].append(world.position_m[k, :2].copy())
        world.step()
        step += 1
    return [np.array(path).reshape(-1, 2) for path in seen]


def _half_m(loaded: LoadedScenario, world: World, paths: list[np.ndarray]) -> float:
    """Choose how much is shown: everything but the far ends of what only passes."""
    frame = SiteFrame(loaded.site.reference)
    reach = [EXTENT_MIN_M]
    reach += [float(np.abs(asset_enu(asset, frame)).max()) for asset in loaded.site.assets]
    passing = {"aeroplane"}
    for spec, path in zip(world.fleet.specs, paths, strict=True):
        if len(path) and (str(spec.object_class) not in passing or spec.attacks):
            reach.append(float(np.abs(path).max()))
    return min(1.08 * max(reach), EXTENT_MAX_M)


def _paths(world: World, paths: list[np.ndarray], paper: Plan) -> list[str]:
    drawn: dict[str, int] = {}
    lines = []
    for spec, path in zip(world.fleet.specs, paths, strict=True):
        drawn[spec.id] = drawn.get(spec.id, 0) + 1
        if drawn[spec.id] > PATHS_MAX or len(path) < 2:
            continue
        colour, dash = COLOURS.get(str(spec.identity), COLOURS["UNKNOWN"]), ""
        if str(spec.object_class) in ("bird", "balloon"):
            colour = BIRD if str(spec.object_class) == "bird" else BALLOON
        if spec.spoofed:
            colour, dash = SPOOFED, ' stroke-dasharray="4 3"'
        width = 0.5 if colour == BIRD else 1.4
        points = " ".join(paper.px(*point) for point in path.tolist())
        lines.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"{dash}/>'
        )
        x, y = paper.px(*path[0].tolist()).split(",")
        if colour != BIRD:
            lines.append(f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>')
    return lines


def _lanes(loaded: LoadedScenario, paper: Plan) -> list[str]:
    lines = []
    for lane in loaded.site.corridors:
        ends = [paper.frame.enu_from_geo_deg(*point, paper.frame.hae_m)[:2] for point in lane.line]
        points = " ".join(paper.px(float(e), float(n)) for e, n in ends)
        width = 2.0 * lane.half_width_m * SIZE_PX / (2.0 * paper.half_m)
        colour = COLOURS["NEUTRAL"] if lane.kind == "civil" else COLOURS["FRIEND"]
        lines.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-opacity="0.1" stroke-width="{width:.0f}"/>'
        )
    return lines


def _assets(loaded: LoadedScenario, paper: Plan) -> list[str]:
    lines = []
    for asset in loaded.site.assets:
        x, y = paper.px(*asset_enu(asset, paper.frame)).split(",")
        radius = max(asset.radius_m * SIZE_PX / (2.0 * paper.half_m), 3.0)
        lines.append(
            f'<circle cx="{x}" cy="{y}" r="{radius:.0f}" fill="#1f4e7a" fill-opacity="0.15" '
            f'stroke="#1f4e7a"/><rect x="{int(x) - 2}" y="{int(y) - 2}" width="5" height="5" '
            f'fill="#1f4e7a"/><text x="{int(x) + 6}" y="{int(y) - 4}">{asset.name}</text>'
        )
    return lines


def _sensors(loaded: LoadedScenario, paper: Plan) -> list[str]:
    lines = []
    for sensor in loaded.site.sensors:
        place = paper.frame.enu_from_geo_deg(sensor.lat_deg, sensor.lon_deg, sensor.hae_m)
        x, y = (int(v) for v in paper.px(float(place[0]), float(place[1])).split(","))
        lines.append(
            f'<path d="M{x - 4},{y + 3} L{x + 4},{y + 3} L{x},{y - 4} Z" fill="none" '
            f'stroke="#1d2733"><title>{sensor.name}</title></path>'
        )
    return lines


def _bar(paper: Plan) -> list[str]:
    """Draw a scale bar of a round length, about a quarter of the width."""
    wanted = 0.5 * paper.half_m
    length = max(m for m in (200, 500, 1_000, 2_000, 5_000, 10_000) if m <= max(wanted, 200.0))
    width = length * SIZE_PX / (2.0 * paper.half_m)
    words = f"{length} m" if length < 1_000 else f"{length // 1_000} km"
    y = SIZE_PX - 12
    return [
        f'<path d="M12,{y} h{width:.0f}" stroke="#1d2733" stroke-width="2"/>'
        f'<text x="12" y="{y - 5}">{words}</text>'
    ]
