import { createMemo, For, Show, type JSX } from "solid-js";
import { clockSpan, count, percent, timeOfDay } from "../core/format";
import { openDialog } from "../core/dialogs";
import { replay } from "../core/picture";
import { changeSpeed, moment_us, playOrRest, SPEEDS, stepEvent, wish, workedShare } from "../core/replay";

/** Play, rest, step, speed; how far into the recording; whether it is the recorded one to the bit. */
export function ReplayBar(): JSX.Element {
  const playing = (): boolean => replay()?.playing ?? false;
  const into_s = (): number => (moment_us() - (replay()?.first_us ?? 0)) / 1e6;
  const whole_s = (): number => ((replay()?.last_us ?? 0) - (replay()?.first_us ?? 0)) / 1e6;
  const speed = createMemo(() => replay()?.speed_ratio ?? 1);
  const listed = (): number[] => [...new Set([...SPEEDS, speed()])].sort((a, b) => a - b);
  return (
    <div class="replay-bar" role="group" aria-label="Replay">
      <div class="replay-buttons">
        <button onClick={() => stepEvent(-1)} title="The event before ([)" aria-label="The event before"
          aria-keyshortcuts="[" data-testid="replay-back">
          <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true"><path d="M2 2h2.500v12H2zM14 2v12L5.500 8z" fill="currentColor" /></svg>
        </button>
        <button class="solid play" onClick={playOrRest} title={playing() ? "Rest (Space)" : "Play (Space)"}
          aria-label={playing() ? "Rest" : "Play"} aria-keyshortcuts="Space" data-testid="replay-play">
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d={playing() ? "M3 2h4v12H3zM9 2h4v12H9z" : "M3 1.500L14 8L3 14.500z"} fill="currentColor" />
          </svg>
        </button>
        <button onClick={() => stepEvent(1)} title="The next event (])" aria-label="The next event"
          aria-keyshortcuts="]" data-testid="replay-next">
          <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true"><path d="M14 2h-2.500v12H14zM2 2v12L10.500 8z" fill="currentColor" /></svg>
        </button>
        <select class="num" aria-label="Speed" title="Speed: slower (<), faster (>)" data-testid="replay-speed"
          onKeyDown={(event) => { if (event.key === "<" || event.key === ">") changeSpeed(event.key === ">" ? 1 : -1); }}
          onChange={(event) => void wish({ speed_ratio: Number(event.currentTarget.value) })}>
          <For each={listed()}>{(s) => <option value={s} selected={s === speed()}>{s}×</option>}</For>
        </select>
        <button onClick={() => openDialog({ kind: "whatif" })} title="What if: the same event with something changed (\)"
          aria-label="What if" aria-keyshortcuts="\" data-testid="whatif-open">
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d="M1.500 8h4l4-4h5M5.500 8l4 4h5" fill="none" stroke="currentColor" stroke-width="2" />
          </svg>
        </button>
      </div>
      <p class="num replay-into"><b>{clockSpan(into_s())}</b> of {clockSpan(whole_s())}</p>
      <State />
    </div>
  );
}

/** One line on how the picture stands to the record; the whole of it on hover. */
function State(): JSX.Element {
  const words = createMemo((): { text: string; title: string; grave: boolean } => {
    const r = replay();
    if (!r) return { text: "", title: "", grave: false };
    const remarks = r.remarks.join("; ");
    if (r.target_us !== null && r.target_us > r.worked_us) {
      return { text: `working it out: ${timeOfDay(r.worked_us)}`, title: "The recording is done again up to where you want to be.", grave: false };
    }
    if (r.remarks.length) return { text: `▲ ${remarks}`, title: remarks, grave: true };
    if (r.differing_steps) {
      return {
        text: `▲ ${count(r.differing_steps, "step")} not as recorded, from ${timeOfDay(r.first_difference_us)}`,
        title: "This version makes another picture of the recorded inputs than the one that was shown then.", grave: true,
      };
    }
    if (r.playing && r.behind) return { text: "as fast as it can", title: "This machine cannot keep the speed asked for.", grave: false };
    if (!r.complete) return { text: `as recorded so far, ${percent(workedShare(r))} checked`, title: "Every step is done again and compared with the record.", grave: false };
    return { text: "✓ as recorded, to the bit", title: `${r.steps} steps done again gave what they gave then.`, grave: false };
  });
  return (
    <Show when={words().text}>
      <p class="replay-state" classList={{ caution: words().grave, "quiet-text": !words().grave }} title={words().title}
        data-testid="replay-state">{words().text}</p>
    </Show>
  );
}
