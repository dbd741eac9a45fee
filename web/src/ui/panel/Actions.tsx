import { Show, type JSX } from "solid-js";
import { assess, dismiss } from "../../core/actions";
import { commandsHere, phone } from "../../core/commands";
import { openDialog } from "../../core/dialogs";
import { lists } from "../../core/picture";
import { authorisationBar } from "../../core/authority";
import { barring, session, withRight } from "../../core/session";
import type { Track } from "../../core/track";

/** What can be done about the selected track; each on its key. */
export function Actions(props: { track: Track }): JSX.Element {
  const id = (): number => props.track.id;
  const bar = (): string => (session()?.locked ? "This console is locked." : "") || authorisationBar(
    props.track, lists.options.filter((option) => option.track_id === id()), lists.posture, session(),
  );
  return (
    <Show when={commandsHere()} fallback={
      <p class="quiet-text replay-note">{phone() ? "On a phone the picture is to look at: act at a console." : "A replay: nothing can be done about it here."}</p>
    }>
    <div class="actions" role="group" aria-label="Actions on this track">
      <button onClick={() => void assess(id())} aria-keyshortcuts="S" data-testid="assess"
        title="I have looked at it: stops the dead-man clock" {...barring("keep_watch")}>Assess <kbd>S</kbd></button>
      <button onClick={() => withRight("identify", () => openDialog({ kind: "identify", trackId: id() }))} aria-keyshortcuts="I"
        data-testid="identify" title="Set the identity, with a reason" {...barring("identify")}>Identify… <kbd>I</kbd></button>
      <button onClick={() => withRight("keep_watch", () => dismiss(id()))} aria-keyshortcuts="D" data-testid="dismiss"
        title="Take it out of the queue, with a reason; it comes back when it gets worse" {...barring("keep_watch")}>Dismiss… <kbd>D</kbd></button>
      <button onClick={() => withRight("keep_watch", () => openDialog({ kind: "belong", trackId: id() }))} aria-keyshortcuts="&"
        data-testid="belong" title="Merge with another track, split, or take a source off it" {...barring("keep_watch")}>Merge, split… <kbd>&amp;</kbd></button>
      <button classList={{ solid: !bar() }} onClick={() => openDialog({ kind: "engage", trackId: id() })}
        aria-keyshortcuts="E" data-testid="authorise" disabled={Boolean(bar())}
        title={bar() || "Compare the simulated effectors side by side; two people decide"}
        aria-describedby={bar() ? "authorise-bar" : undefined}>
        Authorise… <kbd>E</kbd>
      </button>
      <Show when={bar()}>
        {(why) => <p id="authorise-bar" class={lists.posture.hold ? "held" : "quiet-text"}>{why()}</p>}
      </Show>
    </div>
    </Show>
  );
}
