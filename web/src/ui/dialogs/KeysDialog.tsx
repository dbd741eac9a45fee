import { For, type JSX } from "solid-js";
import { closeDialog } from "../../core/dialogs";
import { keysNow } from "../../core/keys";
import { changeLanguage, language, LANGUAGES, type Language } from "../../core/language";
import { CLASS_WORDS, GROUP_WORDS, IDENTITY_WORDS } from "../../core/words";
import { IDENTITIES, OBJECT_CLASSES } from "../../generated/model";
import { SymbolIcon } from "../SymbolIcon";
import { Frame } from "./Frame";

const GROUPS = ["Replay", "Warnings", "Selected track", "Picture", "Map"] as const;

/** Every key, and what the symbols mean. */
export function KeysDialog(): JSX.Element {
  return (
    <Frame title="Keys and symbols" close={closeDialog} wide>
      <Languages />
      <div class="keys">
        <For each={GROUPS.filter((group) => keysNow().some((key) => key.group === group))}>
          {(group) => (
            <section>
              <h3>{GROUP_WORDS[group]}</h3>
              <dl>
                <For each={keysNow().filter((key) => key.group === group && !key.unlisted)}>
                  {(key) => <div><dt><kbd>{key.shown ?? key.key}</kbd></dt><dd>{key.text}</dd></div>}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
      <div class="legend">
        <section>
          <h3>Frame: who</h3>
          <ul>
            <For each={IDENTITIES}>
              {(identity) => <li><SymbolIcon identity={identity} objectClass="fixed_wing_uas" size={26} /> {IDENTITY_WORDS[identity]}</li>}
            </For>
          </ul>
        </section>
        <section>
          <h3>Inside: what</h3>
          <ul>
            <For each={OBJECT_CLASSES}>
              {(kind) => <li><SymbolIcon identity="UNKNOWN" objectClass={kind} size={26} /> {CLASS_WORDS[kind]}</li>}
            </For>
          </ul>
        </section>
      </div>
    </Frame>
  );
}

/** The languages of the page, each by its own name. */
function Languages(): JSX.Element {
  return (
    <div class="languages">
      <span>Language</span>
      <div class="segmented" role="group" aria-label="Language">
        <For each={Object.keys(LANGUAGES) as Language[]}>
          {(name) => (
            <button lang={name} data-testid={`language-${name}`} aria-pressed={name === language}
              onClick={() => changeLanguage(name)}>{LANGUAGES[name]}</button>
          )}
        </For>
      </div>
      <kbd>~</kbd>
    </div>
  );
}
