/** The air picture in this browser: what the stream last said, as signals and stores. */
import { batch, createMemo, createRoot, createSignal } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type {
  AlarmView, Correlation, Engagement, EngagementOption, EventsView, Mode, Note, NumberedEvent, Posture, QueueItem, SiteView, SourceState, StandingZone,
  ReplayView, StreamHello, StreamMessage, StreamPicture, StreamResync, TrackGroup, WarningRecord,
} from "../generated/model";
import { getJson } from "./http";
import { decodeColumns } from "./columns";
import { STALE_AFTER_S, Stream, streamUrl } from "./stream";
import { trackAt, type Track } from "./track";
import { Trails } from "./trails";

export const RATE_HZ = 4;
const EVENTS_KEPT = 1_000;
/** Of a recording all are kept that the service lists: what will happen is known. */
const REPLAYED_EVENTS_KEPT = 20_000;
/** A clock that stands still this long is a stopped pipeline behind a living connection. */
const CLOCK_STANDS_S = 2.5;
/** An open connection that is silent this long is dropped and made anew. */
const KICK_AFTER_S = 4;

interface Lists {
  warnings: WarningRecord[];
  engagements: Engagement[];
  options: EngagementOption[];
  queue: QueueItem[];
  sources: SourceState[];
  groups: TrackGroup[];
  correlations: Correlation[];
  notes: Note[];
  zones: StandingZone[];
  posture: Posture;
  alarms: AlarmView;
}

const [lists, setLists] = createStore<Lists>({
  warnings: [], engagements: [], options: [], queue: [], sources: [], groups: [], correlations: [], notes: [], zones: [],
  posture: { weapons_control: "tight", hold: false },
  alarms: {
    total: 0, last_10_min: 0, per_10_min_mean: null, per_10_min_peak: 0, watched_s: 0,
    flood: false, floods: 0, within_limits: true, recent: [],
  },
});
const [t_us, setTime] = createSignal(0);
const [tracks, setTracks] = createSignal<readonly Track[]>([]);
const [allEvents, setEvents] = createSignal<readonly NumberedEvent[]>([]);
const [replay, setReplay] = createSignal<ReplayView | null>(null);
const [mode, setMode] = createSignal<Mode | null>(null);
const [madeAs, setMadeAs] = createSignal<Mode | null>(null);
const [siteName, setSiteName] = createSignal("");
const [site, setSite] = createSignal<SiteView | null>(null);
const [viewers, setViewers] = createSignal(0);
const [connected, setConnected] = createSignal(false);
const [stale_s, setStale] = createSignal<number | null>(null);
const [staleReason, setStaleReason] = createSignal("");

export { allEvents, lists, mode, replay, setSite, site, siteName, staleReason, stale_s, t_us, tracks, viewers };
export { connected };

/** Say whether this is a recording: nothing of it can be changed. */
export const replaying = (): boolean => mode() === "REPLAY";

/** How many of the events, which are in order of time, have happened by t_us. */
export function happened(listed: readonly NumberedEvent[], by_us: number): number {
  let [low, high] = [0, listed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((listed[middle]?.event.t_us ?? Infinity) <= by_us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of all events have happened: in a replay those up to its moment, live every one. */
export const happenedCount = createRoot(() =>
  createMemo(() => (replaying() ? happened(allEvents(), t_us()) : allEvents().length)));

/** What has happened by the picture's time. */
export const events = createRoot(() => createMemo(() => {
  const count = happenedCount();
  return count === allEvents().length ? allEvents() : allEvents().slice(0, count);
}));

/** What has to be marked on the screen: the mode, and in a replay what was recorded. */
export function modes(): Mode[] {
  const [now, made] = [mode(), madeAs()];
  if (now === null) return [];
  return made !== null && made !== now && made !== "LIVE" ? [now, made] : [now];
}

/** The zones that stand with an area of their own: their numbers on the stream follow the assets'. */
export function ownAreas(): StandingZone[] {
  return lists.zones.filter((zone) => zone.polygon && zone.change !== "removed");
}

/** The names of all that may be threatened, by number. */
export function targets(): string[] {
  return [...(site()?.assets ?? []), ...ownAreas()].map((target) => target.name);
}

/** The name of an asset, or of a zone with an area of its own, by its number on the stream; "" for none. */
export function assetName(index: number): string {
  const assets = site()?.assets ?? [];
  return (assets[index] ?? ownAreas()[index - assets.length])?.name ?? "";
}
export const trails = new Trails();

/** The tracks by number. */
export const byId = createRoot(() =>
  createMemo(() => new Map(tracks().map((track) => [track.id, track] as const))),
);

let heard_ms = performance.now();
let advanced_ms = performance.now();
let kicked_ms = 0;
let lastSeq = 0;
let version = "";

const stream = new Stream(streamUrl(RATE_HZ), {
  message: take,
  opened: () => setConnected(true),
  closed: () => setConnected(false),
  broken: (reason) => setStaleReason(`unreadable: ${reason}`),
});

/** Say to the service that a warning is on the screen. */
export const reportShown = (id: number, revision: number): boolean => stream.shown(id, revision);
/** Connect again at once. */
export const reconnect = (): void => stream.reconnect();

/** Connect, and watch the age of the picture. */
export function startPicture(): void {
  stream.open();
  setInterval(watchAge, 100);
}

function take(message: StreamMessage): void {
  if (message.kind === "hello") takeHello(message);
  else if (message.kind === "picture") batch(() => takePicture(message));
  else void catchUp(message);
}

function takeHello(hello: StreamHello): void {
  if (version && hello.version !== version) location.reload();
  version = hello.version;
  setMode(hello.mode);
  setMadeAs(hello.made_as);
  setSiteName(hello.site);
  if (hello.t_us < t_us() || hello.last_seq < lastSeq) forget();
  if (allEvents().length === 0 || hello.last_seq > lastSeq) void fetchEvents(lastSeq, hello.last_seq);
}

/** The service began another recording: what this browser remembers is of the old one. */
function forget(): void {
  trails.clear();
  setEvents([]);
  lastSeq = 0;
}

function takePicture(picture: StreamPicture): void {
  const columns = decodeColumns(picture.tracks);
  const rows = Array.from({ length: columns.count }, (_, i) => trackAt(columns, i));
  heard_ms = performance.now();
  if (picture.t_us !== t_us()) advanced_ms = heard_ms;
  setReplay(picture.replay);
  if (picture.t_us < t_us()) trails.clear(); // a replay went back: what lies ahead has not happened
  trails.note(rows, picture.t_us);
  setTime(picture.t_us);
  setTracks(rows);
  setLists("warnings", reconcile(picture.warnings, { key: "warning_id" }));
  setLists("engagements", reconcile(picture.engagements, { key: "engagement_id" }));
  setLists("options", reconcile(picture.options, { key: null, merge: true }));
  setLists("queue", reconcile(picture.queue, { key: "key" }));
  setLists("sources", reconcile(picture.sources, { key: "source" }));
  setLists("groups", reconcile(picture.groups, { key: "group_id" }));
  setLists("correlations", reconcile(picture.correlations, { key: "track_id" }));
  setLists("notes", reconcile(picture.notes, { key: "note_id" }));
  setLists("zones", reconcile(picture.zones, { key: "zone_id" }));
  setLists("posture", reconcile(picture.posture));
  setLists("alarms", reconcile(picture.alarms));
  setViewers(picture.viewers);
  addEvents(picture.events);
  watchAge();
}

function addEvents(fresh: readonly NumberedEvent[]): void {
  const newer = fresh.filter((item) => item.seq > lastSeq);
  if (newer.length === 0) return;
  lastSeq = newer[newer.length - 1]?.seq ?? lastSeq;
  setEvents((old) => [...old, ...newer].slice(-kept()));
}

function kept(): number {
  return replaying() ? REPLAYED_EVENTS_KEPT : EVENTS_KEPT;
}

async function catchUp(resync: StreamResync): Promise<void> {
  if (resync.last_seq > lastSeq) await fetchEvents(lastSeq, resync.last_seq);
}

/** Fetch the events after one up to another, a part at a time; those that would not be kept are left. */
async function fetchEvents(after: number, last: number): Promise<void> {
  const fetched: NumberedEvent[] = [];
  let from = Math.max(after, last - kept());
  for (;;) {
    const answer = await getJson<EventsView>(`/api/events?after=${from}`);
    if (!answer) break;
    fetched.push(...answer.events);
    if (answer.last <= from || answer.last >= answer.newest) break;
    from = answer.last;
  }
  // Those of the stream may have come first: put the two together by number.
  const merged = new Map(allEvents().map((item) => [item.seq, item] as const));
  for (const item of fetched) merged.set(item.seq, item);
  const all = [...merged.values()].sort((a, b) => a.seq - b.seq).slice(-kept());
  lastSeq = Math.max(lastSeq, all[all.length - 1]?.seq ?? 0);
  setEvents(all);
}

function watchAge(): void {
  const now_ms = performance.now();
  const silent_s = (now_ms - heard_ms) / 1000;
  const standing_s = replaying() ? 0 : (now_ms - advanced_ms) / 1000;
  if (silent_s > STALE_AFTER_S) {
    if (connected() && silent_s > KICK_AFTER_S && now_ms - kicked_ms > KICK_AFTER_S * 1000) {
      kicked_ms = now_ms;
      stream.reconnect();
    }
    setStaleReason(connected() ? "nothing arrives" : "the connection is lost");
    setStale(silent_s);
  } else if (standing_s > CLOCK_STANDS_S) {
    setStaleReason("the service's clock stands still");
    setStale(standing_s);
  } else {
    setStale(null);
  }
}
