import { For, Show, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { clockSpan, timeOfDay } from "../../core/format";
import { areaWords, area_m2 } from "../../core/outline";
import { lists, site } from "../../core/picture";
import { changeWords, edit, putBack, remove, warned } from "../../core/zones";
import type { StandingZone } from "../../generated/model";
import { Frame } from "./Frame";

/** All zones against the site file; each can be taken in hand from here. */
export function ZonesDialog(): JSX.Element {
  return (
    <Frame title="Zones" close={closeDialog} wide testid="zones">
      <p>People who are warned together. What you change is warned from that moment on; the site file stays as it is.</p>
      <ul class="zone-rows">
        <For each={lists.zones}>{(zone) => <ZoneRow zone={zone} />}</For>
      </ul>
      <div class="dialog-acts">
        <a class="button zone-save" href="/api/zones.toml" download="zones.toml" data-testid="zones-save">Save as [[zones]] for the site file ↓</a>
        <button class="solid" data-first="" data-testid="zone-new" onClick={() => edit(null)}>Draw a new zone</button>
      </div>
    </Frame>
  );
}

function ZoneRow(props: { zone: StandingZone }): JSX.Element {
  const asset = (): string => site()?.assets.find((one) => one.id === props.zone.asset_id)?.name ?? props.zone.asset_id;
  const where = (): string => {
    const ring = props.zone.polygon;
    return ring ? `${ring.length} corners, ${areaWords(area_m2(ring))}, belongs to ${asset()}` : `lies at ${asset()}`;
  };
  const gone = (): boolean => props.zone.change === "removed";
  const inFile = (): boolean => site()?.zones.some((one) => one.id === props.zone.zone_id) ?? false;
  return (
    <li class="zone-row" data-change={props.zone.change} data-testid={`zone-row-${props.zone.zone_id}`}>
      <div>
        <p><b>{props.zone.name}</b> <Show when={props.zone.change} fallback={<span class="quiet-text">as in the site file</span>}>
          <span class="zone-badge">{changeWords(props.zone)}</span></Show>{" "}
          <Show when={warned(props.zone.zone_id)}><span class="level">▲ warned now</span></Show></p>
        <p class="quiet-text">{where()} · {clockSpan(props.zone.take_cover_s)} to take cover</p>
        <Show when={props.zone.change || props.zone.reason}>
          <p class="quiet-text">{timeOfDay(props.zone.since_us)} {props.zone.by}: {props.zone.reason}</p>
        </Show>
      </div>
      <div class="actions">
        <Show when={!gone()}>
          <button data-testid={`zone-edit-${props.zone.zone_id}`} onClick={() => edit(props.zone)}>Change</button>
          <button data-testid={`zone-remove-${props.zone.zone_id}`} onClick={() => remove(props.zone)}>Remove…</button>
        </Show>
        <Show when={inFile() && props.zone.change}>
          <button data-testid={`zone-back-${props.zone.zone_id}`} onClick={() => putBack(props.zone)}>Put back…</button>
        </Show>
      </div>
    </li>
  );
}
