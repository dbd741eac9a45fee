/** Where each track has been: a ring of recent points a track, about one a second. */
import type { Track } from "./track";

/** Ten minutes, the longest trail that can be chosen. */
const LENGTH_US = 600e6;
/** Points a track at most: one a second. */
const POINTS_MAX = 600;
/** Points of all tracks together, 24 bytes each: a crowd keeps the length and loses the detail. */
const POINTS_ALL = 900_000;
const POINTS_MIN = 20;
/** What is too many is forgotten some at a time: moving a long list up at each point would cost more. */
const SPARE = 1.1;

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
    const most = Math.max(POINTS_MIN, Math.min(POINTS_MAX, Math.floor(POINTS_ALL / (tracks.length || 1))));
    for (const track of tracks) {
      alive.add(track.id);
      this.noteOne(track, t_us, most);
    }
    for (const id of this.byTrack.keys()) if (!alive.has(id)) this.byTrack.delete(id);
  }

  clear(): void {
    this.byTrack.clear();
  }

  private noteOne(track: Track, t_us: number, most: number): void {
    let trail = this.byTrack.get(track.id);
    if (!trail) this.byTrack.set(track.id, (trail = { t_us: [], lat_deg: [], lon_deg: [] }));
    const last_us = trail.t_us[trail.t_us.length - 1] ?? -Infinity;
    if (t_us < last_us + LENGTH_US / most) return;
    trail.t_us.push(t_us);
    trail.lat_deg.push(track.lat_deg);
    trail.lon_deg.push(track.lon_deg);
    const many = trail.t_us.length - most;
    if (many > most * (SPARE - 1)) {
      trail.t_us.splice(0, many);
      trail.lat_deg.splice(0, many);
      trail.lon_deg.splice(0, many);
    }
  }
}
