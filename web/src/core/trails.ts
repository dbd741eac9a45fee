/** Where each track has been: a ring of recent points a track, about one a second. */
import type { Track } from "./track";

const SPACING_US = 1_000_000;
/** Ten minutes, the longest trail that can be chosen. */
const POINTS_MAX = 600;

export interface Trail {
  t_us: number[];
  lat_deg: number[];
  lon_deg: number[];
}

export class Trails {
  private readonly byTrack = new Map<number, Trail>();

  get(trackId: number): Trail | undefined {
    return this.byTrack.get(trackId);
  }

  /** Note where the tracks are at t_us and forget the tracks that are gone. */
  note(tracks: readonly Track[], t_us: number): void {
    const alive = new Set<number>();
    for (const track of tracks) {
      alive.add(track.id);
      this.noteOne(track, t_us);
    }
    for (const id of this.byTrack.keys()) if (!alive.has(id)) this.byTrack.delete(id);
  }

  clear(): void {
    this.byTrack.clear();
  }

  private noteOne(track: Track, t_us: number): void {
    let trail = this.byTrack.get(track.id);
    if (!trail) this.byTrack.set(track.id, (trail = { t_us: [], lat_deg: [], lon_deg: [] }));
    const last_us = trail.t_us[trail.t_us.length - 1] ?? -Infinity;
    if (t_us < last_us + SPACING_US) return;
    trail.t_us.push(t_us);
    trail.lat_deg.push(track.lat_deg);
    trail.lon_deg.push(track.lon_deg);
    if (trail.t_us.length > POINTS_MAX) {
      trail.t_us.shift();
      trail.lat_deg.shift();
      trail.lon_deg.shift();
    }
  }
}
