/** The detail of the selected track, asked for once a second while it is shown. */
import { createEffect, createSignal, onCleanup, type Accessor } from "solid-js";
import { getJson } from "../../core/http";
import type { TrackDetail } from "../../generated/model";

const EVERY_MS = 1_000;

/** Follow the detail of a track; null until it is there or where there is none. */
export function followDetail(trackId: Accessor<number | null>): Accessor<TrackDetail | null> {
  const [detail, setDetail] = createSignal<TrackDetail | null>(null);
  createEffect(() => {
    const id = trackId();
    setDetail(null);
    if (id === null) return;
    let alive = true;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async (): Promise<void> => {
      const answer = await getJson<TrackDetail>(`/api/tracks/${id}`);
      if (!alive) return;
      if (answer) setDetail(answer);
      timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    onCleanup(() => {
      alive = false;
      clearTimeout(timer);
    });
  });
  return detail;
}
