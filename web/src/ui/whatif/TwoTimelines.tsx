import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import { timeOfDay } from "../../core/format";
import { xOf, type Span } from "../../core/marks";
import { replay, site } from "../../core/picture";
import { moment_us, restAt } from "../../core/replay";
import { differenceWords, whatIf } from "../../core/whatif";
import type { WhatIfResult, WhatIfWarning, WhatIfZone } from "../../generated/model";

const PAD_PX = 10;
const ROW_PX = 24;

/** The warnings of both worlds, zone by zone, one above the other on the replay's own scale of time. */
export function TwoTimelines(): JSX.Element {
  let box!: HTMLDivElement;
  const [width, setWidth] = createSignal(0);
  onMount(() => new ResizeObserver(() => setWidth(box.clientWidth)).observe(box));
  const span = (): Span => ({
    from_us: replay()?.first_us ?? 0, to_us: replay()?.last_us ?? 1, left: PAD_PX, right: Math.max(width() - PAD_PX, PAD_PX + 1),
  });
  const result = (): WhatIfResult | null => whatIf()?.result ?? null;
  return (
    <section class="two-timelines" aria-label="Warnings of both worlds" data-testid="two-timelines">
      <div class="two-names">
        <For each={result()?.zones ?? []}>{(zone) => <ZoneName zone={zone} />}</For>
      </div>
      <div class="two-bars" ref={box}>
        <For each={result()?.zones ?? []}>
          {(zone) => (
            <div class="zone-bars">
              <Bars world="recorded" zone={zone} warnings={of(result()?.recorded, zone)} span={span()} />
              <Bars world="changed" zone={zone} warnings={of(result()?.changed, zone)} span={span()} />
            </div>
          )}
        </For>
        <i class="two-moment" style={{ left: `${xOf(moment_us(), span())}px` }} aria-hidden="true" />
      </div>
    </section>
  );
}

function of(warnings: readonly WhatIfWarning[] | undefined, zone: WhatIfZone): WhatIfWarning[] {
  return (warnings ?? []).filter((warning) => warning.zone_id === zone.zone_id);
}

function ZoneName(props: { zone: WhatIfZone }): JSX.Element {
  const cover = (): string => {
    const row = props.zone.levels.find((level) => level.level === "imminent");
    return row ? differenceWords(row.before_us, row.after_us) : "";
  };
  return (
    <div class="zone-name">
      <p><b>{props.zone.name || site()?.name}</b> <span class="quiet-text">take cover {cover()}</span></p>
      <p class="world-names"><span>recorded</span><span>what if</span></p>
    </div>
  );
}

/** One world's warnings of one zone: each from raised to cleared, and when its people had to take cover. */
function Bars(props: {
  world: "recorded" | "changed"; zone: WhatIfZone; warnings: readonly WhatIfWarning[]; span: Span;
}): JSX.Element {
  const cover_us = (): number | null => {
    const row = props.zone.levels.find((level) => level.level === "imminent");
    return (props.world === "recorded" ? row?.before_us : row?.after_us) ?? null;
  };
  /** How much of a warning was "be ready", in percent: until its people had to take cover. */
  const ready = (warning: WhatIfWarning): number => {
    if (warning.level !== "imminent") return 0;
    const [from_us, to_us] = [warning.raised_us, warning.cleared_us ?? props.span.to_us];
    const at_us = cover_us() ?? from_us;
    return at_us <= from_us || at_us > to_us ? 0 : (100 * (at_us - from_us)) / Math.max(to_us - from_us, 1);
  };
  return (
    <div class="bars" data-world={props.world} style={{ height: `${ROW_PX}px` }}>
      <For each={props.warnings}>
        {(warning) => {
          const from = (): number => xOf(warning.raised_us, props.span);
          const to = (): number => xOf(warning.cleared_us ?? props.span.to_us, props.span);
          const words = (): string => `${props.world === "recorded" ? "Recorded" : "What if"}, ${props.zone.name}: raised `
            + `${timeOfDay(warning.raised_us)}, ${warning.cleared_us === null ? "open at the end" : `over ${timeOfDay(warning.cleared_us)}`}`
            + `${warning.false ? ", false" : ""}${warning.only_here ? ", in this world alone" : ""}`;
          return (
            <button class="warning-span" data-level={warning.level} classList={{ alone: warning.only_here }}
              style={{ left: `${from()}px`, width: `${Math.max(to() - from(), 4)}px` }} title={words()} aria-label={words()}
              onClick={() => restAt(warning.raised_us)}>
              <i class="before-cover" style={{ width: `${ready(warning)}%` }} aria-hidden="true" />
              <Show when={warning.false}>false</Show>
            </button>
          );
        }}
      </For>
      <Show when={cover_us()}>
        {(at) => <i class="cover-mark" style={{ left: `${xOf(at(), props.span)}px` }} title={`take cover from ${timeOfDay(at())}`} aria-hidden="true">▲</i>}
      </Show>
    </div>
  );
}
