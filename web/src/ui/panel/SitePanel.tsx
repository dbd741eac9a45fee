import { createMemo, For, Show, type JSX } from "solid-js";
import { allClear, hold, orderCover } from "../../core/actions";
import { commandsHere } from "../../core/commands";
import { openDialog } from "../../core/dialogs";
import { age, clockSpan, lateness, rate, timeOfDay } from "../../core/format";
import { events, lists, replaying, site, t_us, viewers } from "../../core/picture";
import { service } from "../../core/sentences";
import { barring, withRight } from "../../core/session";
import { CONTROL_WORDS, HEALTH_WORDS, SENSOR_WORDS } from "../../core/words";
import { beginZones, changeWords } from "../../core/zones";
import type { ExhibitAttached, SourceState, StandingZone, WarningRecord } from "../../generated/model";
import { EngagementCard } from "./EngagementCard";
import { Notes } from "./Notes";

/** The site: its zones, its standing restrictions, engagements, sources and exhibits. */
export function SitePanel(): JSX.Element {
  return (
    <div class="panel-body" role="tabpanel" aria-label="Site">
      <section>
        <h3>Zones</h3>
        <ul class="zones">
          <For each={lists.zones}>{(zone) => <ZoneLine zone={zone} />}</For>
        </ul>
        <div class="actions" hidden={!commandsHere()}>
          <button data-testid="zones-open" onClick={beginZones} {...barring("draw_zones")}>Zones… <kbd>@</kbd></button>
        </div>
      </section>
      <PostureSection />
      <Show when={lists.engagements.length}>
        <For each={[...lists.engagements].reverse()}>{(e) => <EngagementCard engagement={e} />}</For>
      </Show>
      <Show when={!replaying()}><AlarmSection /></Show>
      <section>
        <h3>Sources</h3>
        <ul class="source-list">
          <For each={lists.sources}>{(source) => <SourceLine source={source} />}</For>
        </ul>
      </section>
      <Notes of={null} />
      <Exhibits />
      <p class="quiet-text">{viewers()} watching · Vedette {site()?.version}. Warns by itself, never engages by itself.</p>
    </div>
  );
}

function ZoneLine(props: { zone: StandingZone }): JSX.Element {
  const open = createMemo(() => lists.warnings.filter((w) => w.zone_id === props.zone.zone_id));
  const gone = (): boolean => props.zone.change === "removed";
  const worst = (): WarningRecord | undefined => open().find((w) => w.level === "imminent") ?? open()[0];
  return (
    <li class="zone" data-level={worst()?.level ?? "none"} data-change={props.zone.change}>
      <p>
        <b>{props.zone.name}</b>
        <Show when={worst()} fallback={<span class="quiet-text"> {gone() ? "warned no more" : "no warning"}</span>}>
          {(w) => <span class="level">{w().level === "imminent" ? "▲ take cover" : "△ be ready"} since {timeOfDay(w().level_us || w().raised_us)}</span>}
        </Show>
      </p>
      <Show when={worst()?.grounds.length}>
        <details data-testid={`why-${props.zone.zone_id}`}>
          <summary>Why?</summary>
          <ul class="why"><For each={worst()?.grounds}>{(line) => <li>{service(line)}</li>}</For></ul>
        </details>
      </Show>
      <Show when={props.zone.change}>
        <p class="zone-change"><span class="zone-badge">{changeWords(props.zone)}</span> {timeOfDay(props.zone.since_us)}: {props.zone.reason}</p>
      </Show>
      <p class="quiet-text">needs {clockSpan(props.zone.take_cover_s)} to take cover<Delivered warning={worst()} /></p>
      <div class="actions" hidden={!commandsHere() || gone()}>
        <Show when={open().length} fallback={
          <button onClick={() => withRight("keep_watch", () => orderCover(props.zone.zone_id, props.zone.name))}
            {...barring("keep_watch")}>Order cover…</button>
        }>
          <button data-testid={`all-clear-${props.zone.zone_id}`} {...barring("keep_watch")}
            onClick={() => withRight("keep_watch", () => allClear(props.zone.zone_id, props.zone.name))}>All-clear…</button>
        </Show>
      </div>
    </li>
  );
}

/** How long the warning took to each channel: the warning clock stays visible. */
function Delivered(props: { warning: WarningRecord | undefined }): JSX.Element {
  const words = (): string =>
    Object.entries(props.warning?.delivered ?? {}).map(([channel, s]) => `${channel} ${age(s)}`).join(", ");
  return <Show when={words()}>{(text) => <> · delivered: {text()}</>}</Show>;
}

function PostureSection(): JSX.Element {
  const control = (): { name: string; meaning: string } => CONTROL_WORDS[lists.posture.weapons_control];
  return (
    <section>
      <h3>Standing restrictions</h3>
      <p>Weapons control status <b>{control().name}</b>: {control().meaning}.</p>
      <p>{lists.posture.hold ? "HOLD is on: nothing may be authorised." : "Hold is not set."}</p>
      <div class="actions" hidden={!commandsHere()}>
        <button onClick={() => withRight("authorise", () => openDialog({ kind: "control" }))} {...barring("authorise")}>Change status… <kbd>W</kbd></button>
        <button onClick={() => void hold()}>{lists.posture.hold ? "Lift hold…" : "Hold"} <kbd>H</kbd></button>
      </div>
    </section>
  );
}

/** What the watch has to carry, live: EEMUA 191 and ISA-18.2 bound both figures. */
function AlarmSection(): JSX.Element {
  const alarms = () => lists.alarms;
  const mean = (): string => alarms().per_10_min_mean === null
    ? "mean after ten minutes of watch"
    : `mean ${alarms().per_10_min_mean?.toFixed(1)} in 10 min over ${clockSpan(alarms().watched_s)} (under 1 is bearable)`;
  return (
    <section data-testid="alarm-load">
      <h3>Alarms</h3>
      <p classList={{ caution: alarms().flood }}>
        <b class="num">{alarms().last_10_min}</b> in the last 10 minutes (10 are a flood)
        <Show when={alarms().flood}><b> · ALARM FLOOD: share the work, take the queue from the top</b></Show>
      </p>
      <p class="num" classList={{ caution: !alarms().within_limits, "quiet-text": alarms().within_limits }}>
        {mean()} · most ever {alarms().per_10_min_peak} · {alarms().total} in all
      </p>
      <Show when={alarms().recent.length}>
        <details data-testid="why-alarms">
          <summary>Why?</summary>
          <ul class="why">
            <For each={alarms().recent}>{(alarm) => <li><span class="num">{timeOfDay(alarm.t_us)}</span> {alarm.text}</li>}</For>
          </ul>
        </details>
      </Show>
    </section>
  );
}

/** "azimuth 1.02° ± 0.12": value and two standard deviations. */
function biasWords(bias: SourceState["biases"][number]): string {
  const scale = bias.unit === "rad" ? 180 / Math.PI : 1;
  const digits = bias.unit === "m" ? 0 : 2;
  const unit = bias.unit === "rad" ? "°" : ` ${bias.unit}`;
  return `${bias.of} ${(bias.value * scale).toFixed(digits)}${unit} ± ${(2 * bias.sigma * scale).toFixed(digits)}`;
}

function SourceLine(props: { source: SourceState }): JSX.Element {
  const s = (): SourceState => props.source;
  const sensor = (): string => {
    const found = site()?.sensors.find((candidate) => candidate.id === s().source);
    return found ? `${found.name}, ${SENSOR_WORDS[found.kind] ?? found.kind}` : s().kind;
  };
  /** Of a sensor: how far the times it states are off; a feed's are those of the sensors behind it. */
  const clock = (): string => {
    const off = s().clock_offset_s;
    if (off === null) return s().kind === "sensor" && s().reports ? "states no time of day" : "";
    if (Math.abs(off) < 0.05) return "clock right";
    return `clock ${Math.abs(off).toFixed(1)} s ${off > 0 ? "behind" : "ahead"}`;
  };
  const refusals = (): string =>
    Object.entries(s().refused_by_reason).map(([reason, n]) => `${n} ${reason}`).join(", ");
  const passed = (): string =>
    Object.entries(s().passed_by_reason).map(([what, n]) => `${n} ${what}`).join(", ");
  const biases = (): string => s().biases.map(biasWords).join(", ");
  return (
    <li class="source-line" data-health={s().health} data-testid={`source-${s().source}`}>
      <p><b>{s().source}</b> <span class="level">{HEALTH_WORDS[s().health]}</span>
        <span class="num"> {s().last_us ? `${age((t_us() - s().last_us) / 1e6)} ago` : ""}</span></p>
      <p class="quiet-text num">
        {sensor()} · {rate(s().rate_hz)} · {s().reports} in all
        <Show when={s().latency_s > 0}> · {lateness(s().latency_s)} late</Show>
        <Show when={clock()}> · {clock()}</Show>
        {" "}· {s().refused || "none"} refused
        <Show when={s().shed}> · {s().shed} shed</Show>
        <Show when={s().lost}> · {s().lost} lost</Show>
      </p>
      <Show when={s().reason}><p class={s().health === "ok" ? "quiet-text" : "caution"}>{s().reason}</p></Show>
      <Show when={s().biases.length}><p class="quiet-text num">bias: {biases()}</p></Show>
      <Show when={s().refused}><p class="num" classList={{ caution: s().health !== "ok", "quiet-text": s().health === "ok" }}>refused: {refusals()}</p></Show>
      <Show when={passed()}><p class="quiet-text num">passed over: {passed()}</p></Show>
    </li>
  );
}

function Exhibits(): JSX.Element {
  const exhibits = createMemo(() =>
    events().map((item) => item.event).filter((e): e is ExhibitAttached => e.event === "ExhibitAttached"));
  return (
    <section>
      <h3>Exhibits</h3>
      <ul class="exhibits">
        <For each={exhibits()} fallback={<li class="quiet-text">None yet.</li>}>
          {(e) => (
            <li><b>{e.file_name}</b>: {e.description}
              <p class="quiet-text num">{e.person}, {timeOfDay(e.t_us)} · SHA-256 {e.sha256.slice(0, 16)}…</p></li>
          )}
        </For>
      </ul>
      <div class="actions" hidden={!commandsHere()}>
        <button onClick={() => withRight("attach", () => openDialog({ kind: "exhibit", engagementId: null }))} {...barring("attach")}>Attach an exhibit… <kbd>X</kbd></button>
      </div>
    </section>
  );
}
