import type { JSX } from "solid-js";
import { clockSpan, count, distance, percent } from "../../core/format";
import { site } from "../../core/picture";
import { service } from "../../core/sentences";
import type { EngagementOption } from "../../generated/model";
import { trackName } from "../../core/words";

/** One option: what it needs, what it may do, what it would touch. All cards have the same lines. */
export function OptionCard(props: {
  option: EngagementOption; chosen: boolean; first: boolean; choose: () => void;
}): JSX.Element {
  const o = (): EngagementOption => props.option;
  const asset = (): string => site()?.assets.find((a) => a.id === o().debris_on_asset)?.name ?? o().debris_on_asset;
  const civil = (): string =>
    o().civil_touched.length
      ? `${count(o().civil_touched.length, "track")}: ${o().civil_touched.map(trackName).join(", ")}`
      : "none";
  return (
    <button type="button" class="option" role="radio" aria-checked={props.chosen} data-testid={`option-${o().effector_id}`}
      data-first={props.first ? "" : undefined} classList={{ chosen: props.chosen, barred: !o().available }}
      disabled={!o().available} onClick={() => props.choose()}>
      <span class="option-name">{props.chosen ? "◉" : "○"} {o().effector_name}</span>
      {/* Always a line here: what lies below must not move under the pointer when a bar comes up. */}
      <span class="option-obstacle" classList={{ free: !o().obstacle }} title={service(o().obstacle)}>
        {service(o().obstacle) || "nothing bars it"}
      </span>
      <span class="option-facts" title={o().reason}>
        <Fact name="Success" value={percent(o().success_prob)} strong />
        <Fact name="Reaches it in" value={clockSpan(o().time_to_reach_s)} />
        <Fact name="Decide within" value={clockSpan(o().latest_decision_s)} strong />
        <Fact name="Civil or friendly near" value={civil()} warn={o().civil_touched.length > 0} />
        <Fact name="Debris within" value={distance(o().debris_radius_m)} />
        <Fact name="Debris on" value={asset() || "no asset"} warn={Boolean(o().debris_on_asset)} />
      </span>
    </button>
  );
}

function Fact(props: { name: string; value: string; strong?: boolean; warn?: boolean }): JSX.Element {
  return (
    <span class="fact" classList={{ strong: props.strong ?? false, caution: props.warn ?? false }}>
      <span>{props.name}</span>
      <span class="num">{props.warn ? "▲ " : ""}{props.value}</span>
    </span>
  );
}
