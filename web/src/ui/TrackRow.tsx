import { createMemo, Show, type JSX } from "solid-js";
import { age, atGround, bearing, clockSpan, DASH, initials, kilometres, percent, whole } from "../core/format";
import { opened } from "../core/folding";
import { listedById } from "../core/listed";
import { assetName, lists } from "../core/picture";
import { earliestArrival, isDangerous, isKnown, isOld, type Track } from "../core/track";
import { hovered, select, setHovered, view } from "../core/view";
import { warnedTracks } from "../core/warnings";
import { CLASS_SHORT, IDENTITY_WORDS, trackName } from "../core/words";
import { SymbolIcon } from "./SymbolIcon";

/** One track in the table. A ghost is a track that ended while the pointer was on the table. */
export function TrackRow(props: { id: number; ghost: boolean }): JSX.Element {
  let last: Track | undefined;
  const track = createMemo(() => (last = listedById().get(props.id) ?? last));
  const warned = createMemo(() => warnedTracks(lists.warnings).has(props.id));
  return (
    <Show when={track()}>
      {(t) => (
        <div class="grid-row" role="row" data-testid={`track-row-${props.id}`}
          aria-selected={view.track === props.id} data-identity={t().identity}
          classList={{
            chosen: view.track === props.id, hovered: hovered() === props.id, ghost: props.ghost,
            member: isMember(props.id), old: isOld(t()), dismissed: t().dismissed, warned: warned(), grave: isDangerous(t().identity),
          }}
          onClick={() => select(props.id)} onPointerEnter={() => setHovered(props.id)}>
          <div class="c-sym" role="gridcell">
            <SymbolIcon identity={t().identity} objectClass={t().object_class} faded={isOld(t())} />
          </div>
          <div class="c-track" role="gridcell" title={t().label ? `${trackName(t().id)}, claims ${t().label}` : trackName(t().id)}>
            {t().label || trackName(t().id)}
          </div>
          <div class="c-what" role="gridcell">
            <span class="who">{IDENTITY_WORDS[t().identity]}</span> <What track={t()} ghost={props.ghost} />
          </div>
          <div class="c-num" role="gridcell">{kilometres(t().range_m)}</div>
          <div class="c-num c-brg" role="gridcell">{bearing(t().bearing_deg)}</div>
          <div class="c-num" role="gridcell">
            {t().height_observed ? <High track={t()} /> : <span class="unit" title="no sensor saw its height">?</span>}
          </div>
          <div class="c-num c-speed" role="gridcell">{whole(t().speed_mps)}</div>
          <div class="c-num c-reach" role="gridcell">{isKnown(t().identity) ? DASH : percent(t().reach_prob)}</div>
          <div class="c-num c-when" role="gridcell" title={soonest(t())}>
            {clockSpan(earliestArrival(t()))} <span class="unit">{soonest(t()) ? initials(assetName(t().arrival_asset)) : ""}</span>
          </div>
        </div>
      )}
    </Show>
  );
}

/** Whether it stands below its group's row. */
function isMember(id: number): boolean {
  return opened().size > 0 && lists.groups.some((group) => opened().has(group.group_id) && group.track_ids.includes(id));
}

/** Where it could be first, in words; "" where that is not said. */
function soonest(track: Track): string {
  const arrival_s = earliestArrival(track);
  return Number.isFinite(arrival_s) ? `${assetName(track.arrival_asset)} in ${clockSpan(arrival_s)}` : "";
}

function High(props: { track: Track }): JSX.Element {
  return (
    <Show when={atGround(props.track.up_m, props.track.sigma_up_m)} fallback={whole(props.track.up_m)}>
      <span title="at ground">gnd</span>
    </Show>
  );
}

function What(props: { track: Track; ghost: boolean }): JSX.Element {
  return (
    <Show when={!props.ghost} fallback={<span class="state">ended</span>}>
      <Show when={isOld(props.track)} fallback={<span class="class">{CLASS_SHORT[props.track.object_class]}</span>}>
        <span class="state">{props.track.coasting ? "coasts" : "seen"} {age(props.track.age_s)}{props.track.coasting ? "" : " ago"}</span>
      </Show>
    </Show>
  );
}
