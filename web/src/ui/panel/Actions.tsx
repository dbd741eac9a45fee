import { Show, type JSX } from "solid-js";
import { assess, dismiss } from "../../core/actions";
import { openDialog } from "../../core/dialogs";
import { lists } from "../../core/picture";
import { isKnown, type Track } from "../../core/track";

/** What can be done about the selected track; each on its key. */
export function Actions(props: { track: Track }): JSX.Element {
  const id = (): number => props.track.id;
  const options = (): number => lists.options.filter((option) => option.track_id === id()).length;
  const why = (): string =>
    isKnown(props.track.identity) ? "A friendly or civil track has no options"
      : options() ? "Compare the simulated effectors side by side; two people decide"
        : "No simulated effector has an option for this track now";
  return (
    <div class="actions" role="group" aria-label="Actions on this track">
      <button onClick={() => void assess(id())} aria-keyshortcuts="S" data-testid="assess"
        title="I have looked at it: stops the dead-man clock">Assess <kbd>S</kbd></button>
      <button onClick={() => openDialog({ kind: "identify", trackId: id() })} aria-keyshortcuts="I" data-testid="identify"
        title="Set the identity, with a reason">Identify… <kbd>I</kbd></button>
      <button onClick={() => dismiss(id())} aria-keyshortcuts="D" data-testid="dismiss"
        title="Take it out of the queue, with a reason; it comes back when it gets worse">Dismiss… <kbd>D</kbd></button>
      <button class="solid" onClick={() => openDialog({ kind: "engage", trackId: id() })}
        aria-keyshortcuts="E" data-testid="authorise" title={why()} disabled={options() === 0}>
        Authorise… <kbd>E</kbd>
      </button>
      <Show when={lists.posture.hold}><p class="held">Hold is on: nothing may be authorised.</p></Show>
    </div>
  );
}
