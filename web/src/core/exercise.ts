/** An exercise: its calls, and for the instructor its injects. */
import { createEffect, createRoot, createSignal, on, onCleanup } from "solid-js";
import type { ExerciseScore, ExerciseView, Inject, InjectsView, PlacedInject } from "../generated/model";
import { getJson, post, refused } from "./http";
import { say } from "./notices";
import { mode } from "./picture";
import { csrf, session } from "./session";

const PATH = "/api/exercise";
const ASK_MS = 1_000;

const [exercise, setExercise] = createSignal<ExerciseView | null>(null);
const [injects, setInjects] = createSignal<PlacedInject[]>([]);
const [score, setScore] = createSignal<ExerciseScore | null>(null);
/** How many calls, from the first on, this console has taken. */
const [taken, setTaken] = createSignal(0);
export { exercise, injects, score };

export const exercising = (): boolean => mode() === "EXERCISE" && exercise() !== null;
export const instructs = (): boolean => session()?.rights.includes("instruct") ?? false;

/** The oldest call that nobody at this console has taken. */
export const openCall = () => exercise()?.calls[taken()] ?? null;

export function takeCall(): void {
  if (openCall()) setTaken(taken() + 1);
}

async function look(): Promise<void> {
  const stands = await getJson<ExerciseView>(PATH);
  if (stands) setExercise(stands);
  if (instructs()) {
    const listed = await getJson<InjectsView>(`${PATH}/injects`);
    if (listed) setInjects(listed.injects);
  }
  if (stands?.state === "ended" && !score()) setScore(await getJson<ExerciseScore>(`${PATH}/score`));
}

/** Let something happen. Gives whether it was placed. */
export async function place(inject: Partial<Inject>): Promise<boolean> {
  const answer = await post<InjectsView>(`${PATH}/injects`, inject, csrf());
  if (refused(answer)) {
    say(`Not placed: ${answer.error}`, "refused");
    return false;
  }
  setInjects(answer.injects);
  say("Placed.", "done");
  return true;
}

/** End it: nothing simulated happens any more, and it is scored. */
export async function endExercise(): Promise<void> {
  const answer = await post<ExerciseView>(`${PATH}/end`, {}, csrf());
  if (refused(answer)) say(`Not ended: ${answer.error}`, "refused");
  else await look();
}

/** Ask where it stands, once a second, while this is one. */
export function followExercise(): void {
  createRoot(() => createEffect(on(mode, (now) => {
    if (now !== "EXERCISE") return;
    void look();
    const timer = setInterval(() => void look(), ASK_MS);
    onCleanup(() => clearInterval(timer));
  })));
}
