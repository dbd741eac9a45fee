import { Show, type JSX } from "solid-js";
import { age, timeOfDay } from "../core/format";
import { mode, staleReason, stale_s, t_us } from "../core/picture";
import { reconnect } from "../core/picture";

/** PICTURE STALE, large, with its age; by itself gone when the stream is back. */
export function StaleBanner(): JSX.Element {
  return (
    <Show when={stale_s() !== null}>
      <div class="stale" role="alert" data-testid="stale">
        <Show when={mode()} fallback={<strong>CONNECTING</strong>}>
          <strong>PICTURE STALE</strong>
          <span class="stale-age">{age(stale_s())} old</span>
        </Show>
        <span class="stale-why">
          {staleReason()}
          <Show when={t_us()}> · last picture {timeOfDay(t_us())} UTC</Show>
          {" · trying again by itself "}
          <button class="link" onClick={reconnect}>try now</button>
        </span>
      </div>
    </Show>
  );
}
