import { createEffect, createMemo, createSignal, For, on, onMount, Show, type JSX } from "solid-js";
import { count } from "../core/format";
import { folded, groupOf, opened, setOpen } from "../core/folding";
import { listed } from "../core/listed";
import { settled } from "../core/order";
import { lists } from "../core/picture";
import type { Track } from "../core/track";
import { clearlyBefore, passes, sorted, type Filter, type SortKey } from "../core/sorting";
import { select, setHovered, setView, view } from "../core/view";
import { GroupRow } from "./GroupRow";
import { stableRows } from "./rows";
import { TrackRow } from "./TrackRow";

const ROW_PX = 27;
/** Rows drawn beyond what is seen, so that scrolling shows no gap. */
const MARGIN_ROWS = 6;

const FILTERS: { key: Filter; word: string; title: string }[] = [
  { key: "all", word: "All", title: "Every track" },
  { key: "threats", word: "Threats", title: "Suspect, hostile, or likely to reach an asset" },
  { key: "unknown", word: "Unknown", title: "Unknown and pending" },
  { key: "known", word: "Known", title: "Friendly, civil and other neutral tracks" },
  { key: "stale", word: "Stale", title: "Coasting or not measured for three seconds" },
];

const COLUMNS: { key: SortKey; word: string; title: string; cls: string }[] = [
  { key: "urgency", word: "!", title: "By urgency: identity, likelihood and nearness in time", cls: "c-sym" },
  { key: "track", word: "Track", title: "Track number or claimed callsign", cls: "c-track" },
  { key: "what", word: "What", title: "Identity and class", cls: "c-what" },
  { key: "range", word: "km", title: "Ground range from the site, kilometres", cls: "c-num" },
  { key: "bearing", word: "Brg", title: "Bearing from the site, degrees true", cls: "c-num c-brg" },
  { key: "height", word: "m", title: "Height above the site, metres; gnd: at ground; ? where no sensor saw height", cls: "c-num" },
  { key: "speed", word: "m/s", title: "Ground speed, metres a second", cls: "c-num c-speed" },
  { key: "reach", word: "Reach", title: "Probability that it reaches an asset", cls: "c-num c-reach" },
  { key: "arrival", word: "Earliest", title: "Earliest arrival at any asset it may well reach, if it turns to it now, and that asset's initials. Not shown for friendly and civil tracks.", cls: "c-num" },
];

/** All tracks: sortable, filterable; rows do not jump, and never under the pointer. */
export function TrackTable(): JSX.Element {
  let body!: HTMLDivElement;
  const [top_px, setTop] = createSignal(0);
  const [height_px, setHeight] = createSignal(600);
  const matching = createMemo(() => listed().filter((track) => passes(track, view)));
  const ordered = createMemo(orderOf(matching));
  const wanted = createMemo(() => folded(ordered(), lists.groups, opened()));
  const stable = stableRows(wanted, 2.0);
  createEffect(on(() => [view.sort, view.descending, view.filter, view.text, opened()], stable.reset, { defer: true }));
  onMount(() => new ResizeObserver(() => setHeight(body.clientHeight)).observe(body));
  const first = createMemo(() => Math.max(0, Math.floor(top_px() / ROW_PX) - MARGIN_ROWS));
  const visible = createMemo(() =>
    stable.rows().slice(first(), first() + Math.ceil(height_px() / ROW_PX) + 2 * MARGIN_ROWS));
  const step = (by: number): void => {
    const keys = stable.rows().filter((row) => !row.ghost && !isOpenGroup(row.key)).map((row) => row.key);
    const at = keys.findIndex((key) => tracksOf(key, ordered()).includes(view.track ?? -1));
    const next = keys[Math.max(0, Math.min(keys.length - 1, at + by))];
    const [first] = next === undefined ? [] : tracksOf(next, ordered());
    if (first === undefined) return;
    select(first);
    scrollTo(body, stable.rows().findIndex((row) => row.key === next));
  };
  /** Open or close the group of the selected track. */
  const fold = (open: boolean): void => {
    const group = lists.groups.find((one) => view.track !== null && one.track_ids.includes(view.track));
    if (group) setOpen(group.group_id, open);
  };
  return (
    <section class="tracks" aria-label="Tracks">
      <Filters shown={matching().length} />
      <div class="grid" role="grid" aria-label="Tracks" aria-rowcount={stable.rows().length}>
        <Head />
        <div class="grid-body" role="rowgroup" tabindex="0" ref={body} aria-label="Track rows: arrow keys move"
          onScroll={() => setTop(body.scrollTop)}
          onPointerEnter={stable.enter}
          onPointerLeave={() => { stable.leave(); setHovered(null); }}
          onKeyDown={(event) => {
            const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -1e9, End: 1e9 }[event.key];
            if (event.key === "ArrowRight" || event.key === "ArrowLeft") fold(event.key === "ArrowRight");
            if (by === undefined) return;
            event.preventDefault();
            step(by);
          }}>
          <div class="spacer" role="presentation" style={{ height: `${stable.rows().length * ROW_PX}px` }}>
            <div class="window" role="presentation" style={{ transform: `translateY(${first() * ROW_PX}px)` }}>
              <For each={visible()}>
                {(row) => {
                  const group = groupOf(row.key);
                  return group === null ? <TrackRow id={Number(row.key)} ghost={row.ghost} /> : <GroupRow id={group} ghost={row.ghost} />;
                }}
              </For>
            </div>
          </div>
          <Show when={stable.rows().length === 0}>
            <div role="row"><p class="calm" role="gridcell">{listed().length ? "No track passes the filter." : "No tracks."}</p></div>
          </Show>
        </div>
      </div>
    </section>
  );
}

/** The tracks of a row: its own, or those of its group in the order of the table. */
function tracksOf(key: string, ordered: readonly string[]): number[] {
  const id = groupOf(key);
  if (id === null) return [Number(key)];
  const members = lists.groups.find((group) => group.group_id === id)?.track_ids ?? [];
  return ordered.map(Number).filter((track) => members.includes(track));
}

const isOpenGroup = (key: string): boolean => opened().has(groupOf(key) ?? -1);

/** The order of the rows: as sorted, but what is as good as equal keeps its order of the last time. */
function orderOf(matching: () => readonly Track[]): () => string[] {
  let before: string[] = [];
  let chosen = "";
  return () => {
    const rows = matching();
    const exact = sorted(rows, view).map((track) => String(track.id));
    const asked = [view.sort, view.descending, view.filter, view.text].join("|");
    before = asked === chosen ? settled(before, exact, clearlyBefore(rows, view)) : exact;
    chosen = asked;
    return before;
  };
}

function Filters(props: { shown: number }): JSX.Element {
  return (
    <div class="filters">
      <div class="segmented" role="group" aria-label="Show">
        <For each={FILTERS}>
          {(filter) => (
            <button aria-pressed={view.filter === filter.key} title={filter.title}
              onClick={() => setView("filter", filter.key)}>{filter.word}</button>
          )}
        </For>
      </div>
      <input id="find-track" type="search" placeholder="Find  /" aria-label="Find a track"
        value={view.text} onInput={(event) => setView("text", event.currentTarget.value)} />
      <span class="count-line num" title={`${listed().length} in the picture`}>
        {props.shown === listed().length ? count(props.shown, "track") : `${props.shown} of ${listed().length}`}
      </span>
    </div>
  );
}

function Head(): JSX.Element {
  const sortBy = (key: SortKey): void => {
    if (view.sort === key) setView("descending", !view.descending);
    else setView({ sort: key, descending: key === "reach" });
  };
  const order = (key: SortKey): "ascending" | "descending" | "none" =>
    view.sort !== key ? "none" : view.descending ? "descending" : "ascending";
  return (
    <div role="rowgroup">
      <div class="grid-row head" role="row">
        <For each={COLUMNS}>
          {(column) => (
            <div class={column.cls} role="columnheader" aria-sort={order(column.key)}>
              <button onClick={() => sortBy(column.key)} title={column.title}
                aria-label={`${column.word} – sort by: ${column.title}`}>
                {column.word}
                <span class="sort-mark" aria-hidden="true">
                  {view.sort !== column.key ? "" : view.descending ? "▾" : "▴"}
                </span>
              </button>
            </div>
          )}
        </For>
      </div>
    </div>
  );
}

/** Scroll a row into view, if it is not. */
function scrollTo(body: HTMLDivElement, row: number): void {
  const [top, bottom] = [row * ROW_PX, (row + 1) * ROW_PX];
  if (top < body.scrollTop) body.scrollTop = top;
  else if (bottom > body.scrollTop + body.clientHeight) body.scrollTop = bottom - body.clientHeight;
}
