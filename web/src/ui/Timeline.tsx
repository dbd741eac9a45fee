import { createEffect, createMemo, createSignal, onMount, Show, type JSX } from "solid-js";
import { clockSpan, timeOfDay } from "../core/format";
import { markAt, marksOf, timeAt, xOf, type Mark, type Span } from "../core/marks";
import { allEvents, replay, replaying, stale_s, t_us } from "../core/picture";
import { goBy, goTo, moment_us, restAt, stepEvent } from "../core/replay";
import { tell } from "../core/tell";
import { select, view } from "../core/view";
import { drawTimeline, laneY } from "./timeline-drawing";
import { ReplayBar } from "./ReplayBar";

const LIVE_SPAN_US = 15 * 60e6;
const STEP_US = 2e6;
const PAD_PX = 10;

/** What happened and when: the last quarter of an hour live, the whole recording in a replay. */
export function Timeline(): JSX.Element {
  let canvas!: HTMLCanvasElement;
  const [size, setSize] = createSignal<[number, number]>([0, 0]);
  const [chosen, setChosen] = createSignal<Mark | null>(null);
  const [dragging, setDragging] = createSignal(false);
  onMount(() => new ResizeObserver(() => setSize([canvas.clientWidth, canvas.clientHeight])).observe(canvas));
  // Live it moves a pixel in two seconds: no need to look more often.
  const step = createMemo(() => Math.ceil(t_us() / STEP_US));
  const span = createMemo((): Span => {
    const stands = replay();
    const [left, right] = [PAD_PX, size()[0] - PAD_PX];
    if (replaying() && stands) return { from_us: stands.first_us, to_us: stands.last_us, left, right };
    const now_us = step() * STEP_US;
    return { from_us: now_us - LIVE_SPAN_US, to_us: now_us, left, right };
  }, undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) });
  const marks = createMemo(() => marksOf(allEvents(), span()));
  createEffect(() => {
    const [width, height] = size();
    const stands = replay();
    drawTimeline(canvas, marks(), {
      width, height, theme: view.theme, span: span(), chosen: chosen(),
      moment_us: replaying() ? moment_us() : null,
      worked_us: stands?.complete ? stands.last_us : (stands?.worked_us ?? 0),
    });
  });
  const at = (event: MouseEvent): Mark | null =>
    markAt(marks(), event.offsetX, event.offsetY, (lane) => laneY(lane, size()[1]));
  const press = (event: PointerEvent): void => {
    const mark = at(event);
    if (mark) take(mark);
    else if (replaying()) {
      setDragging(true);
      canvas.setPointerCapture(event.pointerId);
      goTo(timeAt(event.offsetX, span()));
    }
  };
  const move = (event: PointerEvent): void => {
    if (dragging()) goTo(timeAt(event.offsetX, span()));
    else setChosen(at(event));
  };
  const key = (event: KeyboardEvent): void => {
    if (!(replaying() ? replayKey(event) : walk(event))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** Live, the arrows go from mark to mark and Enter takes one. */
  const walk = (event: KeyboardEvent): boolean => {
    const all = marks();
    const here = all.findIndex((mark) => mark.events[0]?.seq === chosen()?.events[0]?.seq);
    if (event.key === "Enter" && chosen()) take(chosen() as Mark);
    else if (event.key === "ArrowLeft") setChosen(all[here < 0 ? all.length - 1 : Math.max(0, here - 1)] ?? null);
    else if (event.key === "ArrowRight") setChosen(all[Math.min(all.length - 1, here + 1)] ?? null);
    else return false;
    return true;
  };
  return (
    <section class="timeline" aria-label="Timeline" data-testid="timeline">
      <Show when={replaying()} fallback={
        <p class="timeline-state" classList={{ caution: stale_s() !== null }}>
          <b>{stale_s() === null ? "● LIVE" : "▲ STALE"}</b><span class="quiet-text">last 15 min</span>
        </p>
      }>
        <ReplayBar />
      </Show>
      <div class="timeline-track">
        <canvas ref={canvas} class="timeline-canvas" tabindex="0" data-testid="timeline-slider"
          role={replaying() ? "slider" : "img"} aria-label={replaying() ? "Moment of the replay" : label(marks().length)}
          aria-valuemin={replaying() ? 0 : undefined}
          aria-valuemax={replaying() ? Math.round((span().to_us - span().from_us) / 1e6) : undefined}
          aria-valuenow={replaying() ? Math.round((moment_us() - span().from_us) / 1e6) : undefined}
          aria-valuetext={replaying() ? `${timeOfDay(moment_us())}, ${clockSpan((moment_us() - span().from_us) / 1e6)} in` : undefined}
          style={{ cursor: chosen() || replaying() ? "pointer" : "default" }}
          onPointerDown={press} onPointerMove={move} onPointerUp={() => setDragging(false)}
          onPointerCancel={() => setDragging(false)} onPointerLeave={() => setChosen(null)}
          onKeyDown={key} onBlur={() => setChosen(null)} />
        <Show when={chosen()}>
          {(mark) => <Tip mark={mark()} x={xOf(mark().events[0]?.event.t_us ?? 0, span())} width={size()[0]} />}
        </Show>
      </div>
    </section>
  );
}

function label(count: number): string {
  return `${count} marks of the last fifteen minutes. The arrows go from one to the next, Enter selects its track.`;
}

/** Select the track of a mark's first event that has one; in a replay go there and rest. */
function take(mark: Mark): void {
  const trackId = mark.events.map((item) => tell(item.event).trackId).find((id) => id !== null);
  if (trackId !== undefined && trackId !== null) select(trackId);
  if (replaying()) restAt(mark.events[0]?.event.t_us ?? t_us());
}

function replayKey(event: KeyboardEvent): boolean {
  const step_s = event.shiftKey ? 30 : 5;
  const stands = replay();
  if (event.key === "ArrowLeft" || event.key === "ArrowDown") goBy(-step_s);
  else if (event.key === "ArrowRight" || event.key === "ArrowUp") goBy(step_s);
  else if (event.key === "PageUp") stepEvent(1);
  else if (event.key === "PageDown") stepEvent(-1);
  else if (event.key === "Home" && stands) goTo(stands.first_us);
  else if (event.key === "End" && stands) goTo(stands.last_us);
  else return false;
  return true;
}

const TOLD_MAX = 3;

function Tip(props: { mark: Mark; x: number; width: number }): JSX.Element {
  const shown = (): string[] => props.mark.events.slice(0, TOLD_MAX)
    .map((item) => `${timeOfDay(item.event.t_us)} ${tell(item.event).text}`);
  const more = (): number => props.mark.events.length - TOLD_MAX;
  return (
    <div class="timeline-tip num" role="status"
      style={props.x < props.width / 2 ? { left: `${props.x + 10}px` } : { right: `${props.width - props.x + 10}px` }}>
      {shown().map((line) => <p>{line}</p>)}
      <Show when={more() > 0}><p class="quiet-text">and {more()} more</p></Show>
    </div>
  );
}
