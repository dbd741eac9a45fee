"""The site that the flights of `flown` pass: a base, a hospital's pad, an airport's approach."""

from vedette.config.site import (
    Asset,
    Corridor,
    Coverage,
    FlightListed,
    Reference,
    Sensor,
    Site,
    Zone,
)
from vedette.geo import SiteFrame

REFERENCE = Reference(lat_deg=33.7856, lon_deg=42.4412, hae_m=183.0)
FRAME = SiteFrame(REFERENCE)
BEGUN_NS = 1_790_000_000_000_000_000  # 21 September 2026
FEEDS = ("adsb", "friendly", "remote_id", "cot", "mavlink")
# name: centre east, north and radius, m.
ASSETS = {
    "quarters": (0.0, 0.0, 250.0),
    "fuel": (1500.0, -900.0, 120.0),
    "hospital": (-1300.0, 2100.0, 80.0),
}
LANE_END_M = (300.0, 200.0)
LANE = ((9000.0, 1500.0), (3000.0, 700.0), LANE_END_M)
APPROACH = ((-16_000.0, -9000.0), (-2000.0, -7000.0), (12_000.0, -5000.0))
SURVEY_M, SURVEY_RADIUS_M = (-4500.0, -3500.0), 1200.0


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Give latitude and longitude of a point of the site, degrees."""
    lat, lon, _ = FRAME.geo_deg_from_enu(east_m, north_m, 0.0)
    return float(lat), float(lon)


def make_site(flights: list[FlightListed], **changes: object) -> Site:
    """Make the site with the flights that are expected today."""
    lat, lon = place(0.0, 0.0)
    here = {"lat_deg": lat, "lon_deg": lon, "hae_m": 190.0}
    parts: dict[str, object] = {
        "schema": 1,
        "name": "proving ground of flights",
        "reference": REFERENCE,
        "assets": [
            Asset(id=name, name=name.capitalize(), lat_deg=at[0], lon_deg=at[1], radius_m=radius)
            for name, (east, north, radius) in ASSETS.items()
            for at in [place(east, north)]
        ],
        "zones": [Zone(id=name, name=name.capitalize(), asset=name) for name in ASSETS],
        "sensors": [
            Sensor(
                id="radar",
                kind="radar_3d",
                range_sigma_m=15.0,
                azimuth_sigma_deg=0.23,
                elevation_sigma_deg=0.35,
                detection_prob=0.9,
                clutter_per_scan=1.0,
                coverage=Coverage(range_max_m=30_000.0),
                **here,
            ),
            Sensor(id="adsb", kind="adsb", **here),
            *[
                Sensor(
                    id=name,
                    kind="position",
                    cooperative=True,
                    authenticated=name == "friendly",
                    horizontal_sigma_m=15.0,
                    **here,
                )
                for name in FEEDS[1:]
            ],
        ],
        "corridors": [
            Corridor(
                id="recovery",
                name="Recovery lane",
                kind="friendly",
                line=[place(*point) for point in LANE],
                half_width_m=500.0,
                ceiling_hae_m=1000.0,
                speed_max_mps=35.0,
            ),
            Corridor(
                id="approach",
                name="Approach",
                kind="civil",
                line=[place(*point) for point in APPROACH],
                half_width_m=1500.0,
                floor_hae_m=300.0,
                ceiling_hae_m=3000.0,
                speed_max_mps=120.0,
            ),
            Corridor(
                id="survey",
                name="Survey field",
                kind="civil",
                line=[place(*SURVEY_M)],
                half_width_m=SURVEY_RADIUS_M,
                ceiling_hae_m=500.0,
                speed_max_mps=25.0,
            ),
        ],
        "flights": flights,
    }
    return Site(**{**parts, **changes})  # type: ignore[arg-type]
