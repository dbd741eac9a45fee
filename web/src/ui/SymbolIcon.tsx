import { createEffect, type JSX } from "solid-js";
import type { Identity, ObjectClass } from "../generated/model";
import { view } from "../core/view";
import { drawSymbol } from "../map/symbols";

/** The map's symbol of an identity and a class, in a list. Decorative: the words stand beside it. */
export function SymbolIcon(props: {
  identity: Identity; objectClass: ObjectClass; size?: number; faded?: boolean;
}): JSX.Element {
  let canvas!: HTMLCanvasElement;
  const size = (): number => props.size ?? 22;
  createEffect(() => {
    const [identity, objectClass, theme] = [props.identity, props.objectClass, view.theme];
    const edge = Math.round(size() * Math.max(1, window.devicePixelRatio));
    canvas.width = canvas.height = edge;
    const g = canvas.getContext("2d");
    if (g) drawSymbol(g, 0, 0, edge, identity, objectClass, theme);
  });
  return (
    <canvas ref={canvas} class="symbol" classList={{ faded: props.faded ?? false }} aria-hidden="true"
      style={{ width: `${size()}px`, height: `${size()}px` }} />
  );
}
