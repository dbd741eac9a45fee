import { createMemo, For, Show, type JSX } from "solid-js";
import { point } from "../../core/actions";
import { commandsHere } from "../../core/commands";
import { timeOfDay } from "../../core/format";
import { lastAsked, pointable, pointingBar, taskWord, type Asked } from "../../core/looking";
import { events, site } from "../../core/picture";
import { session } from "../../core/session";
import type { Track } from "../../core/track";
import { trackName } from "../../core/words";
import type { Sensor } from "../../generated/model";

/** The sensors that can be pointed at the selected track, nearest first, and what they answered. */
export function Looking(props: { track: Track }): JSX.Element {
  const sensors = createMemo(() => pointable(site()?.sensors ?? [], props.track));
  const bar = (): string => pointingBar(session());
  return (
    <Show when={sensors().length}>
      <section data-testid="looking">
        <h3>Look closer</h3>
        <ul class="seen">
          <For each={sensors()}>
            {(sensor, index) => <Pointing sensor={sensor} track={props.track} first={index() === 0} bar={bar()} />}
          </For>
        </ul>
        <Show when={commandsHere() && bar()}>{(why) => <p id="pointing-bar" class="quiet-text">{why()}</p>}</Show>
      </section>
    </Show>
  );
}

function Pointing(props: { sensor: Sensor; track: Track; first: boolean; bar: string }): JSX.Element {
  const asked = createMemo(() => lastAsked(events(), props.sensor.id));
  const busy = (): boolean => {
    const last = asked();
    return last !== null && last.task !== "stop" && !last.refused;
  };
  const shared = { "aria-describedby": "pointing-bar" };
  return (
    <li>
      <div>
        <span>{props.sensor.name}</span>
        <div class="actions" hidden={!commandsHere()}>
          <button type="button" disabled={Boolean(props.bar)} title={props.bar || "Turn to where the track is now"}
            aria-keyshortcuts={props.first ? "O" : undefined} data-testid={`look-${props.sensor.id}`}
            {...(props.bar ? shared : {})}
            onClick={() => void point(props.sensor, "look_at", props.track.id)}>
            Look<Show when={props.first}> <kbd>O</kbd></Show>
          </button>
          <button type="button" disabled={Boolean(props.bar)} title={props.bar || "Keep looking at the track as it moves"}
            data-testid={`follow-${props.sensor.id}`}
            onClick={() => void point(props.sensor, "follow", props.track.id)}>Follow</button>
          <Show when={busy()}>
            <button type="button" disabled={Boolean(props.bar)} title="Stop what it was asked to do"
              data-testid={`stop-${props.sensor.id}`}
              onClick={() => void point(props.sensor, "stop", null)}>Stop</button>
          </Show>
        </div>
        <p class="quiet-text" aria-live="polite" data-testid={`asked-${props.sensor.id}`}>
          <Show when={asked()} fallback="not asked for anything">{(last) => <Answer asked={last()} />}</Show>
        </p>
      </div>
    </li>
  );
}

function Answer(props: { asked: Asked }): JSX.Element {
  const what = (): string =>
    `${taskWord(props.asked.task)}${props.asked.trackId === null ? "" : ` ${trackName(props.asked.trackId)}`}`;
  return (
    <>
      {timeOfDay(props.asked.t_us)} {props.asked.person}: {what()};{" "}
      <span classList={{ caution: props.asked.refused }}>{props.asked.answer || "no answer yet"}</span>
    </>
  );
}
