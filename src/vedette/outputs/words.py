"""A warning, or its all-clear, in words for people; marked where it is not live."""

from vedette.base.languages import all_clear
from vedette.config.site import Site
from vedette.model.enums import Mode
from vedette.model.events import WarningCleared
from vedette.outputs.delivering import Change, mode_of


def zone_name(site: Site, event: Change) -> str:
    """Give the name of a change's zone, as it was told; else as the site has it; else its id."""
    named = (zone.name for zone in site.zones if zone.id == event.zone_id)
    return event.zone_name or next(named, event.zone_id)


def words(site: Site, event: Change) -> tuple[str, str]:
    """Say a change as title and text, for people; marked where it is not live."""
    zone = zone_name(site, event)
    mode = mode_of(site, event)
    mark = "" if mode is Mode.LIVE else f"{mode.value}. "
    if isinstance(event, WarningCleared):
        said = " ".join(all_clear(site.languages, zone).values())
        return f"{mark}All clear: {zone}", f"{mark}{said} {site.name}."
    level = "Take cover" if event.level == "imminent" else "Be ready to take cover"
    spoken = event.spoken if event.spoken.startswith(mark) else mark + event.spoken
    return f"{mark}{level}: {zone}", f"{spoken} {event.reason} {site.name}."
