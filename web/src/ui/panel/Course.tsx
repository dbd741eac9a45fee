import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { bandOf, nearestTo, pathOf, scaleOf, tableRows, type Scale, type Values } from "../../core/course";
import { DASH, distance, percent, timeOfDay, whole } from "../../core/format";
import { getJson } from "../../core/http";
import { replaying, t_us } from "../../core/picture";
import { restAt } from "../../core/replay";
import { isKnown, type Track } from "../../core/track";
import type { AssetCourse, TrackCourse } from "../../generated/model";

const EVERY_MS = 2_000;
const HEIGHT = 78;
const PAD = { left: 44, right: 8, top: 6, bottom: 5 };
const AXIS_PX = 13;
const TABLE_ROWS = 20;
/** Each asset its own stroke, so that colour is never alone. */
const DASHES = ["", "7 3", "2 3", "9 3 2 3"];

/** How the track came to be where it is: range, closing speed, height, probability of arrival. */
export function Course(props: { track: Track }): JSX.Element {
  const [course, setCourse] = createSignal<TrackCourse | null>(null);
  const [at, setAt] = createSignal<number | null>(null);
  const [asset, setAsset] = createSignal<string | null>(null);
  const [width, setWidth] = createSignal(300);
  let box!: HTMLDivElement;
  createEffect(on(() => props.track.id, (id) => {
    let alive = true;
    let timer: ReturnType<typeof setTimeout>;
    setCourse(null);
    setAsset(null);
    setAt(null);
    const ask = async (): Promise<void> => {
      const answer = await getJson<TrackCourse>(`/api/tracks/${id}/course`);
      if (!alive) return;
      if (answer) setCourse(answer);
      timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    onCleanup(() => { alive = false; clearTimeout(timer); });
  }));
  onMount(() => {
    const observer = new ResizeObserver(() => setWidth(box.clientWidth));
    observer.observe(box);
    onCleanup(() => observer.disconnect());
  });
  const chosen = createMemo((): AssetCourse | null =>
    course()?.assets.find((a) => a.asset === asset()) ?? course()?.assets[0] ?? null);
  const known = (): boolean => isKnown(props.track.identity);
  return (
    <section class="course" data-testid="course" aria-label="Over time">
      <h3>Over time <span class="count num">{at() === null ? "" : `at ${timeOfDay(course()?.t_us[at() ?? 0])}`}</span></h3>
      <div ref={box}>
        <Show when={(course()?.t_us.length ?? 0) > 1 && course()} fallback={<p class="quiet-text">Not long enough in view to be drawn.</p>}>
          {(c) => {
            const shared = { get course() { return c(); }, get at() { return at(); }, get width() { return width(); }, setAt };
            const only = (values: Values): Line[] => [{ name: "", values }];
            return (
              <>
                <Show when={c().assets.length > 1}>
                  <label class="course-asset">
                    <span>Range and closing to</span>
                    <select onChange={(event) => setAsset(event.currentTarget.value)}>
                      <For each={c().assets}>{(a) => <option value={a.asset} selected={a.asset === chosen()?.asset}>{a.name}</option>}</For>
                    </select>
                  </label>
                </Show>
                <Show when={chosen()}>
                  {(a) => (
                    <>
                      <Plot {...shared} title={`Range to ${a().name}`} unit="km" lines={only(a().range_m)} least={1000} with0
                        tick={(m) => `${m / 1000}`} say={distance} />
                      <Plot {...shared} title="Closing speed" unit="m/s" lines={only(a().closing_mps)} least={20} with0
                        tick={(v) => `${v}`} say={(v) => (v === null ? DASH : v < 0 ? `receding ${whole(-v)} m/s` : `${whole(v)} m/s`)} />
                    </>
                  )}
                </Show>
                <Plot {...shared} title="Height above the site" unit="m" lines={only(c().up_m)} half={c().sigma_up_m.map((s) => (s === null ? null : 2 * s))}
                  least={100} with0 tick={(m) => `${m}`} say={(m, i) => `${whole(m)} m${c().sigma_up_m[i] === null ? ", not observed" : ` ± ${whole(2 * (c().sigma_up_m[i] ?? 0))}`}`}
                  last={known()} />
                <Show when={!known()}>
                  <Plot {...shared} title="Probability of arrival" unit="%" lines={c().assets.map((a) => ({ name: a.name, values: a.reach_prob }))}
                    fixed={{ low: 0, high: 1, ticks: [0, 0.5, 1] }} least={1} with0 tick={(p) => `${p * 100}`} say={percent} last />
                </Show>
                <Values course={c()} asset={chosen()} known={known()} />
              </>
            );
          }}
        </Show>
      </div>
    </section>
  );
}

interface Line {
  name: string;
  values: Values;
}

interface PlotProps {
  course: TrackCourse;
  at: number | null;
  setAt: (index: number | null) => void;
  width: number;
  title: string;
  unit: string;
  lines: Line[];
  /** Half of a band around the first line. */
  half?: Values;
  least: number;
  with0: boolean;
  fixed?: Scale;
  tick: (value: number) => string;
  say: (value: number | null, index: number) => string;
  /** The lowest plot carries the times. */
  last?: boolean;
}

function Plot(props: PlotProps): JSX.Element {
  const times = (): readonly number[] => props.course.t_us;
  const from_us = (): number => times()[0] ?? 0;
  const to_us = (): number => times()[times().length - 1] ?? 1;
  const scale = createMemo(() => props.fixed ?? scaleOf(props.lines.flatMap((line) => [...line.values]), props.with0, props.least));
  const x = (t: number): number =>
    PAD.left + ((t - from_us()) / Math.max(1, to_us() - from_us())) * (props.width - PAD.left - PAD.right);
  const y = (value: number): number => {
    const share = (value - scale().low) / (scale().high - scale().low);
    return HEIGHT - PAD.bottom - Math.max(-0.1, Math.min(1.1, share)) * (HEIGHT - PAD.top - PAD.bottom);
  };
  const index = (): number => props.at ?? times().length - 1;
  const timeUnder = (event: PointerEvent): number =>
    from_us() + ((event.offsetX - PAD.left) / Math.max(1, props.width - PAD.left - PAD.right)) * (to_us() - from_us());
  const said = (line: Line): string => props.say(line.values[index()] ?? null, index());
  return (
    <figure class="course-plot">
      <figcaption>
        <span>{props.title} <span class="unit">{props.unit}</span></span>
        <Show when={props.lines.length === 1}><b class="num">{said(props.lines[0] as Line)}</b></Show>
      </figcaption>
      <svg width={props.width} height={HEIGHT + (props.last ? AXIS_PX : 0)} aria-hidden="true"
        onPointerMove={(event) => props.setAt(nearestTo(times(), timeUnder(event)))} onPointerLeave={() => props.setAt(null)}
        onClick={() => { if (replaying()) restAt(times()[index()] ?? t_us()); }}>
        <For each={scale().ticks}>
          {(value) => (
            <>
              <line class="course-rule" classList={{ zero: value === 0 }} x1={PAD.left} x2={props.width - PAD.right} y1={y(value)} y2={y(value)} />
              <text class="course-tick" x={PAD.left - 5} y={y(value)} text-anchor="end" dominant-baseline="middle">{props.tick(value)}</text>
            </>
          )}
        </For>
        <Show when={props.half}>{(half) => <path class="course-band" d={bandOf(times(), props.lines[0]?.values ?? [], half(), x, y)} />}</Show>
        <For each={props.lines}>
          {(line, k) => <path class="course-line" data-line={k()} stroke-dasharray={DASHES[k()]} d={pathOf(times(), line.values, x, y)} />}
        </For>
        <Show when={props.at !== null}>
          <line class="course-at" x1={x(times()[index()] ?? 0)} x2={x(times()[index()] ?? 0)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
          <For each={props.lines}>
            {(line) => <Show when={line.values[index()] !== null && line.values[index()] !== undefined}>
              <circle class="course-dot" cx={x(times()[index()] ?? 0)} cy={y(line.values[index()] ?? 0)} r="3" />
            </Show>}
          </For>
        </Show>
        <Show when={props.last}>
          <text class="course-tick" x={PAD.left} y={HEIGHT + 5}>{timeOfDay(from_us())}</text>
          <text class="course-tick" x={props.width - PAD.right} y={HEIGHT + 5} text-anchor="end">{timeOfDay(to_us())}</text>
        </Show>
      </svg>
      <Show when={props.lines.length > 1}>
        <ul class="course-key">
          <For each={props.lines}>
            {(line, k) => (
              <li>
                <svg width="24" height="8" aria-hidden="true"><path class="course-line" data-line={k()} stroke-dasharray={DASHES[k()]} d="M0,4L24,4" /></svg>
                <span>{line.name}</span> <b class="num">{said(line)}</b>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </figure>
  );
}

/** The same in numbers, for those who cannot see the lines or want the figures. */
function Values(props: { course: TrackCourse; asset: AssetCourse | null; known: boolean }): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const rows = (): number[] => (open() ? tableRows(props.course, TABLE_ROWS) : []);
  const prob = (i: number): string => percent(Math.max(...props.course.assets.map((a) => a.reach_prob[i] ?? NaN).filter(Number.isFinite), -Infinity));
  return (
    <details class="course-values" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>In numbers</summary>
      <table class="num">
        <caption class="said">Range and closing speed to {props.asset?.name}, height, probability of arrival; newest first</caption>
        <thead>
          <tr><th scope="col">UTC</th><th scope="col">Range</th><th scope="col">Closing</th><th scope="col">Height</th>
            <Show when={!props.known}><th scope="col">Arrival</th></Show></tr>
        </thead>
        <tbody>
          <For each={rows()}>
            {(i) => (
              <tr>
                <th scope="row">{timeOfDay(props.course.t_us[i])}</th>
                <td>{distance(props.asset?.range_m[i])}</td>
                <td>{whole(props.asset?.closing_mps[i])} m/s</td>
                <td>{whole(props.course.up_m[i])} m</td>
                <Show when={!props.known}><td>{prob(i)}</td></Show>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </details>
  );
}
