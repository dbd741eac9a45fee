/** What a person may say about what belongs to a track: which tracks and sources are one object. */
import type { Correlation, SourceAge } from "../generated/model";
import { distance } from "./format";
import type { CommandWish } from "./session";
import type { Track } from "./track";
import { IDENTITY_WORDS, trackName } from "./words";

/** Farther apart nothing is offered as one object; the service refuses it too. */
export const MERGE_MAX_M = 5_000;
const NEAREST_MAX = 6;

/** One thing that can be said: its words, and the command without its reason. */
export interface Saying {
  key: string;
  text: string;
  done: string;
  wish: (reason: string) => CommandWish;
}

/** The number shown under which a track is, with what it is made of. */
export function correlationOf(trackId: number, all: readonly Correlation[]): Correlation {
  return all.find((one) => one.track_id === trackId) ?? { track_id: trackId, joined: [], decorrelated: [] };
}

/** Everything that can be said of a track now: taking back first, then sources, then the nearest tracks. */
export function sayings(
  track: Track, others: readonly Track[], correlation: Correlation, sources: readonly SourceAge[],
  nameOf: (sensor: string) => string,
): Saying[] {
  const [track_id, name] = [track.id, trackName(track.id)];
  const parted = correlation.joined.map((other): Saying => ({
    key: `split-${other}`, text: `Split: ${trackName(other)} is another object after all`,
    done: `${trackName(other)} is a track of its own again.`,
    wish: (reason) => ({ command: "split_tracks", track_id, other_track_id: other, reason }),
  }));
  const back = correlation.decorrelated.map((source): Saying => ({
    key: `back-${source}`, text: `Give ${nameOf(source)} back: it reports ${name} after all`,
    done: `${nameOf(source)} may report ${name} again.`,
    wish: (reason) => ({ command: "correlate_source", track_id, source, reason }),
  }));
  const seen = sources.filter((one) => !correlation.decorrelated.includes(one.sensor));
  const off = (seen.length > 1 ? seen : []).map((one): Saying => ({
    key: `off-${one.sensor}`, text: `Decorrelate ${one.name}: what it reports is another object`,
    done: `${one.name} is off ${name}; what it reports becomes a track of its own.`,
    wish: (reason) => ({ command: "decorrelate_source", track_id, source: one.sensor, reason }),
  }));
  return [...parted, ...back, ...off, ...nearest(track, others).map((other): Saying => ({
    key: `merge-${other.id}`,
    text: `Merge ${trackName(other.id)} (${IDENTITY_WORDS[other.identity].toLowerCase()}, ${distance(apart_m(track, other))}): it is the same object`,
    done: `${trackName(other.id)} is shown as ${name} until somebody splits them.`,
    wish: (reason) => ({ command: "merge_tracks", track_id, other_track_id: other.id, reason }),
  }))];
}

function apart_m(one: Track, other: Track): number {
  return Math.hypot(one.east_m - other.east_m, one.north_m - other.north_m);
}

function nearest(track: Track, others: readonly Track[]): Track[] {
  return others.filter((other) => other.id !== track.id && apart_m(track, other) <= MERGE_MAX_M)
    .sort((a, b) => apart_m(track, a) - apart_m(track, b)).slice(0, NEAREST_MAX);
}
