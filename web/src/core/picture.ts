/** The air picture in this browser: what the stream last said, as signals and stores. */
import { batch, createMemo, createRoot, createSignal } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type {
  AlarmView, Engagement, EngagementOption, Mode, NumberedEvent, Posture, QueueItem, SiteView, SourceState,
  StreamHello, StreamMessage, StreamPicture, StreamResync, TrackGroup, WarningRecord,
} from "../generated/model";
import { getJson } from "./http";
import { decodeColumns } from "./columns";
import { STALE_AFTER_S, Stream, streamUrl } from "./stream";
import { trackAt, type Track } from "./track";
import { Trails } from "./trails";

export const RATE_HZ = 4;
const EVENTS_KEPT = 1_000;
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
  posture: Posture;
  alarms: AlarmView;
}

const [lists, setLists] = createStore<Lists>({
  warnings: [], engagements: [], options: [], queue: [], sources: [], groups: [],
  posture: { weapons_control: "tight", hold: false },
  alarms: {
    total: 0, last_10_min: 0, per_10_min_mean: null, per_10_min_peak: 0, watched_s: 0,
    flood: false, floods: 0, within_limits: true,
  },
});
const [t_us, setTime] = createSignal(0);
const [tracks, setTracks] = createSignal<readonly Track[]>([]);
const [events, setEvents] = createSignal<readonly NumberedEvent[]>([]);
const [mode, setMode] = createSignal<Mode | null>(null);
const [madeAs, setMadeAs] = createSignal<Mode | null>(null);
const [siteName, setSiteName] = createSignal("");
const [site, setSite] = createSignal<SiteView | null>(null);
const [viewers, setViewers] = createSignal(0);
const [connected, setConnected] = createSignal(false);
const [stale_s, setStale] = createSignal<number | null>(null);
const [staleReason, setStaleReason] = createSignal("");

export { events, lists, mode, setSite, site, siteName, staleReason, stale_s, t_us, tracks, viewers };
export { connected };

/** What has to be marked on the screen: the mode, and in a replay what was recorded. */
export function modes(): Mode[] {
  const [now, made] = [mode(), madeAs()];
  if (now === null) return [];
  return made !== null && made !== now && made !== "LIVE" ? [now, made] : [now];
}

/** The name of an asset by its number on the stream; "" for none. */
export function assetName(index: number): string {
  return site()?.assets[index]?.name ?? "";
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
  if (events().length === 0 || hello.last_seq > lastSeq) void fetchEvents(lastSeq);
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
  trails.note(rows, picture.t_us);
  setTime(picture.t_us);
  setTracks(rows);
  setLists("warnings", reconcile(picture.warnings, { key: "warning_id" }));
  setLists("engagements", reconcile(picture.engagements, { key: "engagement_id" }));
  setLists("options", reconcile(picture.options, { key: null, merge: true }));
  setLists("queue", reconcile(picture.queue, { key: "key" }));
  setLists("sources", reconcile(picture.sources, { key: "source" }));
  setLists("groups", reconcile(picture.groups, { key: "group_id" }));
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
  setEvents((old) => [...old, ...newer].slice(-EVENTS_KEPT));
}

async function catchUp(resync: StreamResync): Promise<void> {
  if (resync.last_seq > lastSeq) await fetchEvents(lastSeq);
}

async function fetchEvents(after: number): Promise<void> {
  const answer = await getJson<{ events: NumberedEvent[] }>(`/api/events?after=${after}`);
  if (!answer) return;
  // Those of the stream may have come first: put the two together by number.
  const merged = new Map(events().map((item) => [item.seq, item] as const));
  for (const item of answer.events) merged.set(item.seq, item);
  const all = [...merged.values()].sort((a, b) => a.seq - b.seq).slice(-EVENTS_KEPT);
  lastSeq = Math.max(lastSeq, all[all.length - 1]?.seq ?? 0);
  setEvents(all);
}

function watchAge(): void {
  const now_ms = performance.now();
  const silent_s = (now_ms - heard_ms) / 1000;
  const standing_s = mode() === "REPLAY" ? 0 : (now_ms - advanced_ms) / 1000;
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
