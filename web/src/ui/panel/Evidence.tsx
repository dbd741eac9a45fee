import { For, Show, type JSX } from "solid-js";
import { age, percent, whole } from "../../core/format";
import { site, t_us } from "../../core/picture";
import { service } from "../../core/sentences";
import { CLASS_WORDS, IDENTITY_WORDS } from "../../core/words";
import { OBJECT_CLASSES, type Evidence, type IdentityRecord } from "../../generated/model";

/** A weight this large fills its half of the bar; odds of about 50 to 1. */
const FULL_LOG_ODDS = 4;

/** Why the track has its identity: every item of evidence, its source, weight and age. */
export function Ledger(props: { record: IdentityRecord }): JSX.Element {
  const newestFirst = (): Evidence[] =>
    [...props.record.ledger].sort((a, b) => Math.abs(b.weight_log_odds) - Math.abs(a.weight_log_odds));
  return (
    <section>
      <h3>Identity <span class="count">{IDENTITY_WORDS[props.record.identity]}</span></h3>
      <p class="reason">
        {props.record.identity_by === "evidence" ? service(props.record.identity_reason) : props.record.identity_reason}{" "}
        <span class="quiet-text">
          ({props.record.identity_by === "evidence" ? "by the evidence" : `by ${props.record.identity_by}`}
          <Show when={props.record.since_us}>, for {age((t_us() - props.record.since_us) / 1e6)}</Show>)
        </span>
      </p>
      <Show when={props.record.ledger.length} fallback={<p class="quiet-text">No evidence yet.</p>}>
        <ul class="ledger" aria-label="Evidence">
          <For each={newestFirst()}>{(item) => <Item item={item} />}</For>
        </ul>
      </Show>
    </section>
  );
}

function Item(props: { item: Evidence }): JSX.Element {
  const share = (): number => Math.min(1, Math.abs(props.item.weight_log_odds) / FULL_LOG_ODDS);
  const toward = (): boolean => props.item.weight_log_odds >= 0;
  const about = (): string => words(props.item.about);
  const source = (): string =>
    site()?.sensors.find((sensor) => sensor.id === props.item.source)?.name ?? props.item.source;
  return (
    <li classList={{ against: !toward() }}>
      <p>{service(props.item.text)}</p>
      <p class="ledger-line">
        <span class="weight" role="img"
          aria-label={`${toward() ? "for" : "against"} ${about()}, weight ${props.item.weight_log_odds.toFixed(1)}`}>
          <span class="weight-fill" style={{ width: `${share() * 50}%` }} />
        </span>
        <span title={odds(props.item.weight_log_odds)}>{toward() ? "for" : "against"} {about()}, {Math.abs(props.item.weight_log_odds).toFixed(1)}</span>
        <span class="quiet-text">
          {source()} · {age((t_us() - props.item.t_us) / 1e6)}
          <Show when={props.item.health_ratio < 0.99}> · source at {percent(props.item.health_ratio)}</Show>
        </span>
      </p>
    </li>
  );
}

/** A weight as people bet: log-odds of 2 are odds of 7 to 1. */
function odds(weight: number): string {
  const ratio = Math.exp(Math.abs(weight));
  return weight === 0 ? "weighs nothing" : `odds of ${ratio < 10 ? ratio.toFixed(1) : whole(ratio)} to 1`;
}

function words(about: string): string {
  return (
    (IDENTITY_WORDS as Record<string, string>)[about]?.toLowerCase()
    ?? (CLASS_WORDS as Record<string, string>)[about] ?? about
  );
}

/** What speaks for or against a class, and not for who it is. */
const aboutClass = (item: Evidence): boolean => (OBJECT_CLASSES as readonly string[]).includes(item.about);

/** What it probably is, every class. */
export function Classes(props: { record: IdentityRecord }): JSX.Element {
  const rows = (): [string, number][] =>
    OBJECT_CLASSES.map((name): [string, number] => [CLASS_WORDS[name], props.record.class_prob[name] ?? 0])
      .sort((a, b) => b[1] - a[1]);
  return (
    <section>
      <h3>What it is</h3>
      <ul class="classes">
        <For each={rows()}>
          {([name, probability]) => (
            <li classList={{ small: probability < 0.02 }}>
              <span>{name}</span>
              <span class="meter-track"><span class="meter-fill" style={{ width: `${probability * 100}%` }} /></span>
              <span class="num">{percent(probability)}</span>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.record.ledger.some(aboutClass)}>
        <details data-testid="why-class">
          <summary>Why?</summary>
          <ul class="why">
            <For each={props.record.ledger.filter(aboutClass)}>
              {(item) => <li>{service(item.text)} <span class="quiet-text">({odds(item.weight_log_odds)})</span></li>}
            </For>
          </ul>
        </details>
      </Show>
    </section>
  );
}
