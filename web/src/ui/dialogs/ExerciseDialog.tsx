import { createSignal, For, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { endExercise, exercise, injects, instructs, place, score } from "../../core/exercise";
import { timeOfDay } from "../../core/format";
import { site } from "../../core/picture";
import type { ExerciseScore, FlyerScore, Inject } from "../../generated/model";
import { Frame } from "./Frame";

type Kind = Inject["kind"];
const KINDS: Record<Kind, string> = {
  drone: "a drone flies at an asset", lost_friend: "a friend without its link comes home",
  sensor_failure: "a sensor fails", call: "somebody calls",
};

/** The instructor's injects while it runs; the score once it is ended. */
export function ExerciseDialog(): JSX.Element {
  return (
    <Frame title="Exercise" close={closeDialog} wide testid="exercise-dialog">
      <Show when={exercise()} fallback={<p>This is no exercise: the site file's mode is not EXERCISE.</p>}>
        <Show when={score()} fallback={
          <Show when={instructs()} fallback={<p>Only an instructor places injects. The score is shown here once the exercise is ended.</p>}>
            <Place />
            <Placed />
          </Show>
        }>
          {(found) => <Score score={found()} />}
        </Show>
      </Show>
    </Frame>
  );
}

function Place(): JSX.Element {
  const [kind, setKind] = createSignal<Kind>("drone");
  const [asset, setAsset] = createSignal(site()?.assets[0]?.id ?? "");
  const [sensor, setSensor] = createSignal(site()?.sensors[0]?.id ?? "");
  const [text, setText] = createSignal("");
  const [name, setName] = createSignal("");
  const [numbers, setNumbers] = createSignal({ at_s: 0, bearing_deg: 90, range_m: 8000, height_m: 150, speed_mps: 45, for_s: 60 });
  type Name = keyof ReturnType<typeof numbers>;
  const field = (key: Name, label: string, least: number, most: number): JSX.Element => (
    <label>{label}
      <input type="number" min={least} max={most} step="any" required value={numbers()[key]} data-testid={`inject-${key}`}
        onInput={(event) => setNumbers({ ...numbers(), [key]: Number(event.currentTarget.value) })} />
    </label>
  );
  const flies = (): boolean => kind() === "drone" || kind() === "lost_friend";
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { at_s, for_s, ...flight } = numbers();
    const common = { kind: kind(), at_s, name: name().trim() };
    if (flies()) await place({ ...common, asset: asset(), ...flight });
    else if (kind() === "sensor_failure") await place({ ...common, sensor: sensor(), for_s });
    else if (await place({ ...common, text: text() })) setText("");
  };
  return (
    <form onSubmit={(event) => void submit(event)} class="inject-form">
      <label>What happens
        <select data-first data-testid="inject-kind" onChange={(event) => setKind(event.currentTarget.value as Kind)}>
          <For each={Object.entries(KINDS)}>{([value, words]) => <option value={value}>{words}</option>}</For>
        </select>
      </label>
      {field("at_s", "In, seconds", 0, 86_400)}
      <Show when={flies()}>
        <label>At
          <select data-testid="inject-asset" onChange={(event) => setAsset(event.currentTarget.value)}>
            <For each={site()?.assets ?? []}>{(a) => <option value={a.id}>{a.name}</option>}</For>
          </select>
        </label>
        {field("bearing_deg", "From, degrees from true north", 0, 360)}
        {field("range_m", "From, metres away", 200, 100_000)}
        {field("height_m", "Height, metres above the site", 10, 5_000)}
        {field("speed_mps", "Speed, metres a second", 5, 300)}
        <label>Name, for the score <input maxlength="60" value={name()} data-testid="inject-name" onInput={(event) => setName(event.currentTarget.value)} /></label>
      </Show>
      <Show when={kind() === "sensor_failure"}>
        <label>Which
          <select data-testid="inject-sensor" onChange={(event) => setSensor(event.currentTarget.value)}>
            <For each={site()?.sensors ?? []}>{(s) => <option value={s.id}>{s.id}</option>}</For>
          </select>
        </label>
        {field("for_s", "For, seconds", 1, 86_400)}
      </Show>
      <Show when={kind() === "call"}>
        <label>Says <input maxlength="300" required value={text()} data-testid="inject-text" onInput={(event) => setText(event.currentTarget.value)} /></label>
      </Show>
      <div class="dialog-acts">
        <button type="button" data-testid="exercise-end" onClick={() => void endExercise()}>End and score it</button>
        <button class="solid" data-testid="inject-submit">Place it</button>
      </div>
    </form>
  );
}

function words(inject: Inject): string {
  const name = inject.name ? ` ${inject.name}` : "";
  if (inject.kind === "call") return `call: ${inject.text}`;
  if (inject.kind === "sensor_failure") return `${inject.sensor} fails for ${inject.for_s} s`;
  return `${inject.kind === "drone" ? "drone" : "lost friend"}${name} at ${inject.asset} from ${inject.bearing_deg}°, ${inject.range_m} m, ${inject.speed_mps} m/s`;
}

function Placed(): JSX.Element {
  return (
    <ul class="placed" data-testid="injects">
      <For each={injects()} fallback={<li class="quiet-text">Nothing has been placed.</li>}>
        {(p) => <li><span class="num">{timeOfDay(p.due_us)}</span> {words(p.inject)} <span class="quiet-text">{p.state}</span></li>}
      </For>
    </ul>
  );
}

const seconds = (value: number | null): string => (value === null ? "never" : `${value.toFixed(1)} s`);

function coverWords(flyer: FlyerScore): string {
  if (flyer.in_time === null) return "–";
  if (flyer.cover_s === null) return "NONE";
  return `${seconds(flyer.cover_s)}, ${flyer.in_time ? "in time" : "TOO LATE"}`;
}

function Score(props: { score: ExerciseScore }): JSX.Element {
  const s = (): ExerciseScore => props.score;
  return (
    <div data-testid="exercise-score">
      <ul class="score-facts">
        <li><b>{s().detected} of {s().drones}</b> drones detected</li>
        <li><b>{s().in_time} of {s().arrived}</b> arrived: cover ordered in time</li>
        <li><b>{s().missed}</b> arrived without a warning</li>
        <li><b>{s().false_warnings} of {s().warnings}</b> warnings false</li>
        <li><b>{s().wrong_identifications}</b> wrong identifications</li>
        <li><b>{s().acts}</b> acts of the watch</li>
      </ul>
      <div class="score-table" tabindex="0" role="region" aria-label="Each flight">
        <table>
          <caption>Seconds since each appeared</caption>
          <thead><tr>
            <th scope="col">what</th><th scope="col">detected</th><th scope="col">assessed</th><th scope="col">warned</th>
            <th scope="col">delivered</th><th scope="col">answered</th><th scope="col">cover before arrival</th><th scope="col">wrongly identified</th>
          </tr></thead>
          <tbody>
            <For each={s().flyers}>
              {(f) => (
                <tr>
                  <th scope="row">{f.kind === "drone" ? "drone" : "lost friend"} {f.number} {f.name}</th>
                  <td class="num">{seconds(f.detect_s)}</td><td class="num">{seconds(f.assess_s)}</td><td class="num">{seconds(f.decide_s)}</td>
                  <td class="num">{seconds(f.deliver_s)}</td><td class="num">{seconds(f.answer_s)}</td><td>{coverWords(f)}</td>
                  <td>{f.wrong.join("; ") || "no"}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <p class="dialog-acts">
        <a href="/api/exercise/score" download="exercise.json" data-testid="exercise-json">As JSON ↓</a>
        <a href="/api/exercise/report.html" download="exercise.html" data-testid="exercise-report">Report ↓</a>
      </p>
    </div>
  );
}
