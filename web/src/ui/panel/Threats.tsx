import { For, Show, type JSX } from "solid-js";
import { clockSpan, distance, percent, whole } from "../../core/format";
import { ownAreas, site, t_us } from "../../core/picture";
import { service } from "../../core/sentences";
import { isKnown, type Track } from "../../core/track";
import type { ThreatView } from "../../generated/model";

/** What the track can do to each asset. Friendly and civil tracks are shown no time of arrival. */
export function Threats(props: { track: Track; threats: readonly ThreatView[]; asked_us: number }): JSX.Element {
  const keyOf = (threat: ThreatView): string => (threat.zone_id ? `zone:${threat.zone_id}` : threat.asset_id);
  const known = (): boolean => isKnown(props.track.identity);
  const earliest = (): string => {
    const [assets, number] = [site()?.assets ?? [], props.track.arrival_asset];
    const zone = ownAreas()[number - assets.length];
    return assets[number]?.id ?? (zone ? `zone:${zone.zone_id}` : "");
  };
  // The asset that table and label name comes first, then the likeliest.
  const worstFirst = (): ThreatView[] =>
    [...props.threats].sort((a, b) =>
      Number(keyOf(b) === earliest()) - Number(keyOf(a) === earliest())
      || (b.reach_prob ?? 0) - (a.reach_prob ?? 0) || (a.range_m ?? 0) - (b.range_m ?? 0));
  // The detail is asked for once a second; its times run on meanwhile, as those of the table do.
  const left_s = (threat: ThreatView): number => keyOf(threat) === earliest()
    ? props.track.arrival_s : (threat.arrival_s ?? NaN) - Math.max(0, t_us() - props.asked_us) / 1e6;
  return (
    <Show when={props.threats.length > 0}>
      <section>
        <h3>{known() ? "Distance to each asset" : "Threat to each asset"}</h3>
        <For each={worstFirst()}>
          {(threat) => (
            <div class="threat">
              <p class="threat-name">
                <b>{threat.asset_name}</b>
                <span class="num">{distance(threat.range_m)} away{closing(threat.closing_mps)}</span>
              </p>
              <Show when={!known()}>
                <Meter value={threat.reach_prob ?? 0} label={`${percent(threat.reach_prob)} likely to reach it`} />
                <p class="threat-line num">
                  <Show when={Number.isFinite(left_s(threat))} fallback="cannot reach it at its present speed">
                    earliest arrival <b>{clockSpan(left_s(threat))}</b>
                    <span class="quiet-text" title="Of those that come, one in ten is sooner and one in ten later">{between(threat, left_s(threat))}</span>
                  </Show>
                </p>
                <p class="threat-line quiet-text">Why: {service(threat.reason)}</p>
              </Show>
              <p class="threat-line num">
                closest approach {distance(threat.cpa_m)}
                <Show when={(threat.cpa_s ?? 0) > 0} fallback=", now: it recedes"> in {clockSpan(threat.cpa_s)} if it flies straight on</Show>
              </p>
            </div>
          )}
        </For>
      </section>
    </Show>
  );
}

/** ", most likely 1:08 to 1:35": eight in ten of those that come are there between the two. */
function between(threat: ThreatView, left: number): string {
  const gone = (threat.arrival_s ?? NaN) - left;
  const early = Math.max(0, (threat.arrival_early_s ?? NaN) - gone);
  const late = Math.max(0, (threat.arrival_late_s ?? NaN) - gone);
  return Number.isFinite(early) && Number.isFinite(late) ? `, most likely ${clockSpan(early)} to ${clockSpan(late)}` : "";
}

function closing(mps: number | null): string {
  if (mps === null || Math.abs(mps) < 0.5) return "";
  return mps > 0 ? `, closing ${whole(mps)} m/s` : `, receding ${whole(-mps)} m/s`;
}

/** A plain bar of a probability with its words. */
export function Meter(props: { value: number; label: string }): JSX.Element {
  return (
    <div class="meter" role="meter" aria-valuemin="0" aria-valuemax="1" aria-valuenow={props.value} aria-label={props.label}>
      <span class="meter-track"><span class="meter-fill" style={{ width: `${Math.min(1, props.value) * 100}%` }} /></span>
      <span class="meter-words num">{props.label}</span>
    </div>
  );
}
