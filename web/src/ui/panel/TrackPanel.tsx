import { createEffect, createMemo, For, onCleanup, Show, type JSX } from "solid-js";
import { age, atGround, bearing, distance, position, timeOfDay, whole } from "../../core/format";
import { correlationOf } from "../../core/belonging";
import { byId, lists, replaying, site } from "../../core/picture";
import { setSelectedDetail } from "../../core/selected";
import { isOld, type Track } from "../../core/track";
import { view } from "../../core/view";
import { CLASS_WORDS, IDENTITY_WORDS, trackName } from "../../core/words";
import type { Correlation, IdentityRecord, TrackDetail } from "../../generated/model";
import { SymbolIcon } from "../SymbolIcon";
import { Actions } from "./Actions";
import { Course } from "./Course";
import { Classes, Ledger } from "./Evidence";
import { followDetail } from "./detail";
import { EngagementCard } from "./EngagementCard";
import { Looking } from "./Looking";
import { Notes } from "./Notes";
import { Operator } from "./Operator";
import { Threats } from "./Threats";

/** Everything about the selected track, the actions first. */
export function TrackPanel(): JSX.Element {
  const detail = followDetail(() => view.track);
  createEffect(() => setSelectedDetail(detail()));
  onCleanup(() => setSelectedDetail(null));
  const live = createMemo(() => (view.track === null ? undefined : byId().get(view.track)));
  const engagements = createMemo(() => lists.engagements.filter((e) => e.track_id === view.track));
  return (
    <Show when={view.track !== null} fallback={
      <p class="calm tall">Select a track in the table, the queue or on the map.</p>
    }>
      <p class="said" aria-live="polite">
        {trackName(view.track ?? 0)} {live() ? IDENTITY_WORDS[(live() as Track).identity] : "is not in the picture"}
      </p>
      <div class="panel-body" role="tabpanel" aria-label="Selected track">
        <Show when={live()} fallback={<Ended id={view.track ?? 0} detail={detail()} />}>
          {(track) => (
            <>
              <Head track={track()} record={detail()?.identity ?? null} />
              <Actions track={track()} />
              <Notes of={track().id} />
            </>
          )}
        </Show>
        <For each={engagements()}>{(engagement) => <EngagementCard engagement={engagement} />}</For>
        <Show when={live()}>
          {(track) => <Threats track={track()} threats={detail()?.threats ?? []} asked_us={detail()?.t_us ?? 0} />}
        </Show>
        <Show when={live()}>{(track) => <Course track={track()} />}</Show>
        <Show when={detail()?.identity}>
          {(record) => (
            <>
              <Ledger record={record()} />
              <Classes record={record()} />
            </>
          )}
        </Show>
        <Show when={live()}>{(track) => <Looking track={track()} />}</Show>
        <Show when={live()}>{(track) => <Motion track={track()} />}</Show>
        <Show when={!replaying() && live()?.label}><Operator id={view.track ?? 0} /></Show>
        <Seen detail={detail()} />
      </div>
    </Show>
  );
}

function Head(props: { track: Track; record: IdentityRecord | null }): JSX.Element {
  const seen = (): string => {
    if (props.track.coasting) return `coasting: not seen for ${age(props.track.age_s)}, its place is a prediction`;
    return isOld(props.track) ? `last seen ${age(props.track.age_s)} ago` : `seen ${age(props.track.age_s)} ago`;
  };
  return (
    <header class="track-head" data-identity={props.track.identity}>
      <SymbolIcon identity={props.track.identity} objectClass={props.track.object_class} size={46} faded={isOld(props.track)} />
      <div>
        <h2>
          {trackName(props.track.id)} <span class="who">{IDENTITY_WORDS[props.track.identity]}</span>
        </h2>
        <p>
          {CLASS_WORDS[props.track.object_class]}
          <Show when={props.track.label}> · claims <b>{props.track.label}</b></Show>
        </p>
        <p class="quiet-text" classList={{ caution: isOld(props.track) }}>{seen()}</p>
        <MadeOf id={props.track.id} />
        <Show when={props.record?.assessed_by}>
          {(by) => <p class="quiet-text">assessed by {by()} at {timeOfDay(props.record?.assessed_us)}</p>}
        </Show>
        <Show when={props.record?.dismissed_by}>
          {(by) => <p class="quiet-text">dismissed by {by()}: {props.record?.dismissed_reason}</p>}
        </Show>
      </div>
    </header>
  );
}

/** What people said of which tracks and sources are this object. */
function MadeOf(props: { id: number }): JSX.Element {
  const said = (): Correlation => correlationOf(props.id, lists.correlations);
  const named = (id: string): string => site()?.sensors.find((sensor) => sensor.id === id)?.name ?? id;
  return (
    <>
      <Show when={said().joined.length}>
        <p class="quiet-text" data-testid="joined">merged with {said().joined.map(trackName).join(", ")}</p>
      </Show>
      <Show when={said().decorrelated.length}>
        <p class="quiet-text" data-testid="decorrelated">without {said().decorrelated.map(named).join(", ")}</p>
      </Show>
    </>
  );
}

function Ended(props: { id: number; detail: TrackDetail | null }): JSX.Element {
  const identity = (): IdentityRecord | null => props.detail?.identity ?? null;
  return (
    <header class="track-head">
      <div>
        <h2>{trackName(props.id)} <span class="who">is not in the picture</span></h2>
        <p class="quiet-text">
          The track has ended or is not there yet.
          <Show when={identity()}>{(r) => ` It was ${IDENTITY_WORDS[r().identity].toLowerCase()}.`}</Show>
        </p>
      </div>
    </header>
  );
}

function Motion(props: { track: Track }): JSX.Element {
  const t = (): Track => props.track;
  const sigma_m = (): number => Math.hypot(t().sigma_east_m, t().sigma_north_m);
  return (
    <section>
      <h3>Place and motion</h3>
      <dl class="facts">
        <dt>From the site</dt>
        <dd class="num">{distance(t().range_m)}, bearing {bearing(t().bearing_deg)}°</dd>
        <dt>Height</dt>
        <dd class="num">
          <Show when={t().height_observed} fallback="not observed by any sensor">
            {atGround(t().up_m, t().sigma_up_m) ? "at ground" : `${whole(t().up_m)} m above the site`} ± {whole(t().sigma_up_m)} m
          </Show>
        </dd>
        <dt>Motion</dt>
        <dd class="num">{whole(t().speed_mps)} m/s toward {bearing(t().heading_deg)}°, climb {whole(t().v_up_mps)} m/s</dd>
        <dt>Position</dt>
        <dd class="num">{position(t().lat_deg, t().lon_deg)} ± {whole(sigma_m())} m</dd>
        <dt>Existence</dt>
        <dd class="num">{(t().existence_prob * 100).toFixed(1)} %</dd>
      </dl>
    </section>
  );
}

function Seen(props: { detail: TrackDetail | null }): JSX.Element {
  return (
    <Show when={props.detail?.sources.length}>
      <section>
        <h3>Seen by</h3>
        <ul class="seen">
          <For each={props.detail?.sources}>
            {(source) => (
              <li classList={{ caution: source.age_s > 10 }}>
                <span>{source.name}</span> <span class="num">{age(source.age_s)} ago</span>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
