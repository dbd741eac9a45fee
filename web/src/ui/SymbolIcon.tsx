import type { JSX } from "solid-js";
import type { Identity, ObjectClass } from "../generated/model";
import { view } from "../core/view";
import { symbolPicture } from "../map/symbol-pictures";

/** The map's symbol of an identity and a class, in a list. Decorative: the words stand beside it. */
export function SymbolIcon(props: {
  identity: Identity; objectClass: ObjectClass; size?: number; faded?: boolean;
}): JSX.Element {
  const size = (): number => props.size ?? 22;
  const edge_px = (): number => Math.round(size() * Math.max(1, window.devicePixelRatio));
  return (
    <img src={symbolPicture(props.identity, props.objectClass, view.theme, edge_px())} alt="" draggable={false}
      class="symbol" classList={{ faded: props.faded ?? false }} width={size()} height={size()} />
  );
}
