import { createMemo, Show, type JSX } from "solid-js";
import { bearing, clockSpan, count, DASH, initials, kilometres, percent, whole } from "../core/format";
import { opened, setOpen } from "../core/folding";
import { listedById } from "../core/listed";
import { assetName, lists } from "../core/picture";
import { earliestArrival, isDangerous, isKnown, type Track } from "../core/track";
import { select, view } from "../core/view";
import { warnedTracks } from "../core/warnings";
import { IDENTITY_WORDS } from "../core/words";
import { RANK } from "../map/symbols";
import { SymbolIcon } from "./SymbolIcon";

/** Tracks that fly together, as one row: how many, the gravest of them, the soonest arrival. */
export function GroupRow(props: { id: number; ghost: boolean }): JSX.Element {
  let last: Track[] = [];
  const group = createMemo(() => lists.groups.find((one) => one.group_id === props.id));
  const members = createMemo(() => {
    const here = (group()?.track_ids ?? []).flatMap((id) => listedById().get(id) ?? []);
    return here.length ? (last = here) : last;
  });
  const gravest = createMemo(() => [...members()].sort((a, b) => RANK[b.identity] - RANK[a.identity] || a.id - b.id)[0]);
  const nearest = createMemo(() => [...members()].sort((a, b) => a.range_m - b.range_m)[0]);
  const soonest = createMemo(() => members().filter((t) => Number.isFinite(earliestArrival(t)))
    .sort((a, b) => earliestArrival(a) - earliestArrival(b))[0]);
  const reach = (): number => Math.max(...members().filter((t) => !isKnown(t.identity) && Number.isFinite(t.reach_prob)).map((t) => t.reach_prob), -1);
  const warned = createMemo(() => members().some((t) => warnedTracks(lists.warnings).has(t.id)));
  const isOpen = (): boolean => opened().has(props.id);
  const chosen = (): boolean => !isOpen() && members().some((t) => t.id === view.track);
  const number = (): string => `${group()?.resolved === false ? "about " : ""}${count(group()?.count ?? members().length, "track")}`;
  return (
    <Show when={gravest()}>
      {(first) => (
        <div class="grid-row group" role="row" data-testid={`group-row-${props.id}`} data-identity={first().identity}
          aria-selected={chosen()}
          classList={{ chosen: chosen(), ghost: props.ghost, warned: warned(), grave: isDangerous(first().identity) }}
          onClick={() => select(first().id)}>
          <div class="c-sym" role="gridcell">
            <SymbolIcon identity={first().identity} objectClass={first().object_class} />
          </div>
          <div class="c-track" role="gridcell" title={`Group ${props.id}: ${number()}`}>
            <button class="fold" tabindex="-1" data-testid={`open-group-${props.id}`} aria-expanded={isOpen()}
              onClick={(event) => { event.stopPropagation(); setOpen(props.id, !isOpen()); }}>
              <span aria-hidden="true">{isOpen() ? "▾" : "▸"}</span> G{props.id}
            </button>
          </div>
          <div class="c-what" role="gridcell">
            <span class="who">{IDENTITY_WORDS[first().identity]}</span>{" "}
            <span class="class">{props.ghost ? "parted" : number()}</span>
          </div>
          <div class="c-num" role="gridcell">{kilometres(nearest()?.range_m ?? NaN)}</div>
          <div class="c-num c-brg" role="gridcell">{bearing(nearest()?.bearing_deg ?? NaN)}</div>
          <div class="c-num" role="gridcell">{nearest()?.height_observed ? whole(nearest()?.up_m ?? NaN) : <span class="unit">?</span>}</div>
          <div class="c-num c-speed" role="gridcell">{whole(nearest()?.speed_mps ?? NaN)}</div>
          <div class="c-num c-reach" role="gridcell">{reach() < 0 ? DASH : percent(reach())}</div>
          <div class="c-num c-when" role="gridcell">
            {clockSpan(soonest() ? earliestArrival(soonest() as Track) : NaN)}{" "}
            <span class="unit">{soonest() ? initials(assetName((soonest() as Track).arrival_asset)) : ""}</span>
          </div>
        </div>
      )}
    </Show>
  );
}
