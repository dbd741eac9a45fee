import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { timeOfDay } from "../core/format";
import { events, mode, t_us } from "../core/picture";
import { tell, type Lane, type Told } from "../core/tell";
import { select } from "../core/view";
import type { NumberedEvent } from "../generated/model";

const LANES: { key: Lane; word: string; mark: string }[] = [
  { key: "warning", word: "Warnings", mark: "▲" },
  { key: "decision", word: "People", mark: "◆" },
  { key: "identity", word: "Identity", mark: "●" },
  { key: "track", word: "Tracks", mark: "·" },
  { key: "source", word: "Sources", mark: "▪" },
];
const MARKS = new Map(LANES.map((lane) => [lane.key, lane.mark]));
const SPAN_US = 15 * 60e6;
const LINES_MAX = 200;

interface Line extends Told {
  seq: number;
  t_us: number;
}

/** Each event is told once; the same line object keeps its row on the page. */
const lineCache = new WeakMap<NumberedEvent, Line>();
function lineOf(item: NumberedEvent): Line {
  let line = lineCache.get(item);
  if (!line) {
    line = { seq: item.seq, t_us: item.event.t_us, ...tell(item.event) };
    lineCache.set(item, line);
  }
  return line;
}

/** What happened, newest first, and the last quarter of an hour as a strip. */
export function EventLog(): JSX.Element {
  const [hidden, setHidden] = createSignal<readonly Lane[]>(["track"]);
  const told = createMemo(() => events().map(lineOf));
  const lines = createMemo(() =>
    told().filter((line) => !hidden().includes(line.lane)).slice(-LINES_MAX).reverse());
  const toggle = (lane: Lane): void => {
    setHidden((old) => (old.includes(lane) ? old.filter((other) => other !== lane) : [...old, lane]));
  };
  return (
    <section class="log" aria-label="Events">
      <div class="pane-head">
        <h2>Events <span class="log-mode">{mode() === "REPLAY" ? "replay" : "● live"}</span></h2>
        <div class="segmented" role="group" aria-label="Events shown">
          <For each={LANES}>
            {(lane) => (
              <button aria-pressed={!hidden().includes(lane.key)} onClick={() => toggle(lane.key)}>
                <span aria-hidden="true" data-lane={lane.key} class="lane-mark">{lane.mark}</span> {lane.word}
              </button>
            )}
          </For>
        </div>
      </div>
      <Strip lines={told()} />
      <ol class="log-lines" tabindex="0" aria-label="Events, newest first">
        <For each={lines()}>
          {(line) => (
            <li data-lane={line.lane}>
              <time class="num">{timeOfDay(line.t_us)}</time>
              <span class="lane-mark" data-lane={line.lane} aria-hidden="true">{MARKS.get(line.lane)}</span>
              <Show when={line.trackId !== null} fallback={<span class="line-text">{line.text}</span>}>
                <button class="line-text" onClick={() => select(line.trackId)}>{line.text}</button>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
}

/** A mark for each event of the last fifteen minutes, in a row a kind. */
function Strip(props: { lines: readonly Line[] }): JSX.Element {
  const shown = createMemo(() =>
    props.lines.filter((line) => line.lane !== "track" && line.t_us > t_us() - SPAN_US).slice(-300));
  const ROWS: Lane[] = ["warning", "decision", "identity", "source"];
  return (
    <svg class="strip" viewBox="0 0 900 20" preserveAspectRatio="none" aria-hidden="true">
      <For each={[0, 1, 2]}>{(i) => <line class="strip-rule" x1={300 * i} x2={300 * i} y1="0" y2="20" />}</For>
      <For each={shown()}>
        {(line) => (
          <rect data-lane={line.lane} width="2.5" height="4" y={ROWS.indexOf(line.lane) * 5}
            x={Math.max(0, 897 - ((t_us() - line.t_us) / SPAN_US) * 900)} />
        )}
      </For>
    </svg>
  );
}
