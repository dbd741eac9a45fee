/** Where wreckage would lie, and where it is searched for, as outlines for the map. */
import { circle, turnedEllipse } from "../map/geodesy";
import { events, lists } from "./picture";

type Ring = [number, number][];

/** The debris circles of the options for a track, and the search areas of what was destroyed. */
export function debrisRings(optionsOf: number | null): Ring[] {
  return [...(optionsOf === null ? [] : optionRings(optionsOf)), ...searchAreas()];
}

function optionRings(trackId: number): Ring[] {
  const rings: Ring[] = [];
  for (const option of lists.options) {
    const { debris_lat_deg: lat, debris_lon_deg: lon, debris_radius_m: radius_m } = option;
    if (option.track_id !== trackId || !option.available) continue;
    if (lat !== null && lon !== null && radius_m !== null) rings.push(flipped(circle(lat, lon, radius_m)));
  }
  return rings;
}

function searchAreas(): Ring[] {
  const rings: Ring[] = [];
  for (const { event } of events()) {
    if (event.event !== "DebrisAreaEstimated") continue;
    const { lat_deg, lon_deg, semi_major_m, semi_minor_m, orientation_deg } = event;
    rings.push(turnedEllipse(lat_deg, lon_deg, semi_major_m, semi_minor_m, orientation_deg));
  }
  return rings;
}

function flipped(lonLat: [number, number][]): Ring {
  return lonLat.map(([lon, lat]) => [lat, lon]);
}
