import { createEffect, createSignal, onMount, type JSX } from "solid-js";
import { listed } from "../core/listed";
import { hovered, select, setHovered, view } from "../core/view";
import { drawProfile, nearestInProfile, type ProfilePoint } from "./profile-drawing";

/** The vertical profile: height above the site against ground range from it. */
export function Profile(): JSX.Element {
  let canvas!: HTMLCanvasElement;
  const [low, setLow] = createSignal(true);
  const [size, setSize] = createSignal<[number, number]>([0, 0]);
  let points: ProfilePoint[] = [];
  onMount(() => new ResizeObserver(() => setSize([canvas.clientWidth, canvas.clientHeight])).observe(canvas));
  createEffect(() => {
    const [width, height] = size();
    points = drawProfile(canvas, listed(), {
      width, height, low: low(), selected: view.track, hovered: hovered(), theme: view.theme,
    });
  });
  const at = (event: MouseEvent): number | null => nearestInProfile(points, event.offsetX, event.offsetY);
  return (
    <section class="profile" aria-label="Vertical profile">
      <div class="pane-head">
        <h2>Height over range</h2>
        <div class="segmented" role="group" aria-label="Height shown">
          <button aria-pressed={low()} onClick={() => setLow(true)}>to 1 km</button>
          <button aria-pressed={!low()} onClick={() => setLow(false)}>all</button>
        </div>
      </div>
      <canvas ref={canvas} class="plot" role="img"
        aria-label="Height of each track over its range from the site; the table has the numbers"
        onPointerMove={(event) => setHovered(at(event))} onPointerLeave={() => setHovered(null)}
        onClick={(event) => { const id = at(event); if (id !== null) select(id); }} />
    </section>
  );
}
