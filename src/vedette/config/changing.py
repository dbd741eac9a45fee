"""A site with something changed: a key set anew, a sensor taken away.

In: a checked Site, and words as they stand on a command line. Out: another checked Site. A key is
named as `TABLE.ID.KEY` where the site file has many such tables (`zones.barracks.imminent_s`), and
as `TABLE.KEY` where it has one (`wind.speed_mps`); tables within a table follow with more dots.
"""

import re
import tomllib
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from vedette.base.errors import RefusedError
from vedette.config.check import site_faults
from vedette.config.load import fault_of, suggestion, value_faults
from vedette.config.site import Site

SETTING_CHARS_MAX = 4_000  # a polygon of 100 points has half as many
PATH_CHARS_MAX = 200
_INDEXED = re.compile(r"(\w+)\[(\d+)\](.*)$")
NAMES = ("id", "name")  # by which tables of one kind are told apart


def changed(site: Site, settings: Sequence[str]) -> Site:
    """Give the site with keys set anew. settings: `zones.barracks.imminent_s=120`, values as TOML.

    A value that is no TOML is taken as text. Raises RefusedError, one line each, for keys that the
    site does not have (with the nearest it has), and for values that a site file may not hold.
    """
    data: dict[str, Any] = msgspec.to_builtins(site)
    for setting in settings:
        path, value = _parted(setting)
        holder, key = _place(data, path)
        holder[key] = value
        try:
            site = msgspec.convert(data, Site)
        except msgspec.ValidationError as error:
            _, reason = fault_of(str(error), data, Site)
            raise RefusedError(f"{path}: {reason}") from None
    return checked(site)


def without(site: Site, sensor_ids: Collection[str]) -> Site:
    """Give the site as if these sensors had never been there.

    Feeds that are theirs alone go too; what moved with one of them stays where the site file puts
    it. Raises RefusedError for a sensor that the site does not have.
    """
    known = [sensor.id for sensor in site.sensors]
    for sensor_id in sensor_ids:
        if sensor_id not in known:
            raise RefusedError(f"{sensor_id}: the site has no such sensor{near(sensor_id, known)}")
    assets = [
        msgspec.structs.replace(asset, position_feed=None, position_id=None)
        if asset.position_feed in sensor_ids
        else asset
        for asset in site.assets
    ]
    return msgspec.structs.replace(
        site,
        assets=assets,
        sensors=[sensor for sensor in site.sensors if sensor.id not in sensor_ids],
        feeds=[feed for feed in site.feeds if feed.sensor not in sensor_ids],
    )


def checked(site: Site) -> Site:
    """Give the site back if nothing is wrong with it. Raises RefusedError for the first fault."""
    for path, reason in site_faults(site):
        raise RefusedError(f"{_by_name(site, path)}: {reason}")
    return site


def _by_name(site: Site, path: str) -> str:
    """Write `zones[2].imminent_s` as it is named here: `zones.barracks.imminent_s`."""
    found = _INDEXED.match(path)
    if found is None:
        return path
    table = msgspec.to_builtins(getattr(site, found[1])[int(found[2])])
    return f"{found[1]}.{_name(table)}{found[3]}"


def near(word: str, known: Sequence[str]) -> str:
    """Say which known name is nearest, or which there are."""
    return suggestion(word, list(known)) if known else ""


def _parted(setting: str) -> tuple[str, Any]:
    """Part `key=value`; the value is read as TOML, or is text."""
    path, equals, text = setting.partition("=")
    path, text = path.strip(), text.strip()
    if not equals or not path or not text:
        raise RefusedError(
            f"{setting[:80]!r}: write KEY=VALUE, as in zones.barracks.imminent_s=120"
        )
    if len(setting) > SETTING_CHARS_MAX or len(path) > PATH_CHARS_MAX:
        limits = f"{PATH_CHARS_MAX} and {SETTING_CHARS_MAX} characters"
        raise RefusedError(f"{path[:80]}: longer than {limits}, key and all")
    try:
        found = tomllib.loads(f"value = {text}")
        value = found["value"] if list(found) == ["value"] else text
    except (ValueError, RecursionError):
        value = text
    for _, reason in value_faults(value, path):
        raise RefusedError(f"{path}: {reason}")
    return path, value


def _place(data: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Find the table that holds the last key of a path, and that key."""
    at: Any = data
    done: list[str] = []
    *tables, key = path.split(".")
    for part in tables:
        at = _into(at, part, done)
        done.append(part)
    if isinstance(at, list):
        raise RefusedError(f"{path}: name one of {'.'.join(done)} by its id, then the key")
    if not isinstance(at, dict):
        raise RefusedError(f"{path}: {'.'.join(done)} is no table")
    if key not in at:
        raise RefusedError(f"{path}: unknown key{near(key, [*at])}")
    return at, key


def _into(at: Any, part: str, done: list[str]) -> Any:
    """Go one name deeper: into a table, or to the table of a list that bears the name."""
    here = ".".join([*done, part])
    if isinstance(at, list):
        named = {_name(item): item for item in at if isinstance(item, dict)}
        named.pop("", None)
        if part not in named:
            raise RefusedError(f"{here}: there is none of that name{near(part, [*named])}")
        return named[part]
    if not isinstance(at, dict):
        raise RefusedError(f"{here}: {'.'.join(done)} is no table")
    if part not in at:
        raise RefusedError(f"{here}: unknown key{near(part, [*at])}")
    return at[part]


def _name(table: dict[str, Any]) -> str:
    return next((str(table[key]) for key in NAMES if table.get(key)), "")
