import { Show, type JSX } from "solid-js";
import { openDialog } from "../core/dialogs";
import { exercise, exercising, instructs, openCall, takeCall } from "../core/exercise";
import { timeOfDay } from "../core/format";

/** That this is an exercise, whether anything outside goes off, who calls. */
export function ExerciseBar(): JSX.Element {
  return (
    <Show when={exercising()}>
      <section class="exercise-bar" aria-label="Exercise" data-testid="exercise-bar">
        <b>EXERCISE</b>
        <span data-testid="exercise-outside" classList={{ caution: exercise()?.outside ?? false }}>
          {exercise()?.outside ? "▲ sirens and channels go off for real" : "nothing outside goes off"}
        </span>
        <Show when={openCall()}>
          {(call) => (
            <p class="exercise-call" role="alert" data-testid="exercise-call">
              <span>☎ {timeOfDay(call().t_us)} {call().text}</span>
              <button onClick={takeCall} data-testid="exercise-take">Taken</button>
            </p>
          )}
        </Show>
        <Show when={exercise()?.state === "ended"}><span data-testid="exercise-ended">ended</span></Show>
        <Show when={instructs() || exercise()?.state === "ended"}>
          <button class="exercise-open" data-testid="exercise-open" aria-keyshortcuts="!" onClick={() => openDialog({ kind: "exercise" })}>
            {exercise()?.state === "ended" ? "Score" : "Injects"} <kbd>!</kbd>
          </button>
        </Show>
      </section>
    </Show>
  );
}
