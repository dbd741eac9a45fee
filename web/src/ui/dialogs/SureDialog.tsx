import type { JSX } from "solid-js";
import { closeDialog, type SureAsked } from "../../core/dialogs";
import { Frame } from "./Frame";

/** Asked once before something is lost: what keeps it is the first to press, and Esc does the same. */
export function SureDialog(props: { asked: SureAsked }): JSX.Element {
  const goOn = (): void => {
    closeDialog();
    props.asked.run();
  };
  return (
    <Frame title={props.asked.title} close={closeDialog}>
      <p>{props.asked.text}</p>
      <div class="dialog-acts">
        <button data-testid="sure-go" onClick={goOn}>{props.asked.word}</button>
        <button class="solid" data-first="" data-testid="sure-stay" onClick={closeDialog}>Stay</button>
      </div>
    </Frame>
  );
}
