/** Tracks that fly together: one outline and one label a group, beside its members' symbols. */
import type { TrackGroup } from "../generated/model";
import type { Track } from "../core/track";
import type { Theme } from "../core/hash";
import { groupWords } from "../core/map-words";
import type { Projector } from "./captions";
import type { Label } from "./labels";
import type { Outline } from "./overlay";
import { IDENTITY_COLOURS, RANK } from "./symbols";

/** Room for the members' symbols inside the outline. */
const ROOM_PX = 24;

export interface GroupMarks {
  outlines: Outline[];
  labels: Label[];
}

/** The marks of the groups that have lasted long enough to be told, in their gravest member's colour. */
export function groupMarks(
  groups: readonly TrackGroup[], tracks: readonly Track[], theme: Theme, project: Projector,
  metresPerPixel: number, font: string,
): GroupMarks {
  const marks: GroupMarks = { outlines: [], labels: [] };
  for (const group of groups) {
    const { lat_deg, lon_deg, axis_rad } = group;
    if (!group.told || lat_deg === null || lon_deg === null) continue;
    const members = new Set(group.track_ids);
    const gravest = tracks.filter((t) => members.has(t.id)).sort((a, b) => RANK[b.identity] - RANK[a.identity])[0];
    const colour = IDENTITY_COLOURS[theme][gravest?.identity ?? "UNKNOWN"];
    const at = project(lat_deg, lon_deg);
    const along_px = (group.length_m ?? 0) / 2 / metresPerPixel + ROOM_PX;
    const across_px = (group.width_m ?? 0) / 2 / metresPerPixel + ROOM_PX;
    marks.outlines.push({ ...at, along_px, across_px, angle_rad: (axis_rad ?? 0) - Math.PI / 2, colour });
    marks.labels.push({
      ...at, key: `g${group.group_id}`, gap: across_px + 4, lines: [groupWords(group)], colour, font,
      line_px: 15, priority: 800, must: true, plate: true,
    });
  }
  return marks;
}
