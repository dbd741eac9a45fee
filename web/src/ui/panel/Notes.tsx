import { For, Show, type JSX } from "solid-js";
import { commandsHere } from "../../core/commands";
import { timeOfDay } from "../../core/format";
import { removeNote } from "../../core/notes";
import { lists } from "../../core/picture";
import { barring } from "../../core/session";
import type { Note } from "../../generated/model";

/** The notes on a track, or with null those on places. */
export function Notes(props: { of: number | null }): JSX.Element {
  const notes = (): Note[] => lists.notes.filter((note) => note.track_id === props.of);
  return (
    <Show when={notes().length}>
      <section data-testid="notes">
        <h3>Notes</h3>
        <ul class="notes">
          <For each={notes()}>
            {(note) => (
              <li>
                <p>{note.text}</p>
                <p class="quiet-text">
                  {note.person}, {timeOfDay(note.t_us)}
                  <Show when={note.lat_deg !== null}> · {note.lat_deg?.toFixed(4)}, {note.lon_deg?.toFixed(4)}</Show>{" "}
                  <Show when={commandsHere()}>
                    <button class="small" data-testid={`remove-note-${note.note_id}`} onClick={() => void removeNote(note)}
                      {...barring("keep_watch")}>Take away</button>
                  </Show>
                </p>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
