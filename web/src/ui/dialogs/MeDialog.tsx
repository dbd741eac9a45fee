import { For, Show, type JSX } from "solid-js";
import { closeDialog, openDialog } from "../../core/dialogs";
import { clockSpan } from "../../core/format";
import { lockConsole } from "../../core/presence";
import { RIGHT_WORDS, whose } from "../../core/rights";
import { logout, session } from "../../core/session";
import { ROLE_WORDS } from "../../core/words";
import { RIGHTS, type Right } from "../../generated/model";
import { Frame } from "./Frame";

const TOLD: readonly Right[] = RIGHTS.filter((right) => !["public", "logged_in", "send", "move_effectors"].includes(right));

/** Who sits here, in which roles, what that allows and what it does not. */
export function MeDialog(): JSX.Element {
  const may = (right: Right): boolean => session()?.rights.includes(right) ?? false;
  const leave = async (): Promise<void> => {
    closeDialog();
    await logout();
  };
  return (
    <Frame title={session()?.name ?? "Nobody is logged in"} close={closeDialog} testid="me-dialog">
      <p>Roles: <b data-testid="me-roles">{(session()?.roles ?? []).map((role) => ROLE_WORDS[role]).join(", ")}</b></p>
      <ul class="rights">
        <For each={TOLD}>
          {(right) => (
            <li data-may={may(right)}>
              <span aria-hidden="true">{may(right) ? "✓" : "–"}</span>
              <span>{may(right) ? "may" : "may not"} {RIGHT_WORDS[right]}<Show when={!may(right)}>: {whose(right)}</Show></span>
            </li>
          )}
        </For>
      </ul>
      <p class="quiet-text">Locks by itself after {clockSpan(session()?.idle_lock_s ?? 0)} without a sign of you.</p>
      <Show when={!onLoopback()}><NotEncrypted /></Show>
      <div class="dialog-acts">
        <Show when={may("audit")}>
          <button onClick={() => openDialog({ kind: "audit" })} data-testid="open-audit">Audit trail <kbd>U</kbd></button>
        </Show>
        <button data-first onClick={() => { closeDialog(); void lockConsole(); }} data-testid="lock">Lock <kbd>K</kbd></button>
        <button class="solid" onClick={() => void leave()} data-testid="logout">Log out</button>
      </div>
    </Frame>
  );
}

/** Whether nobody can listen between this page and its service: encrypted, or of this very machine. */
export function onLoopback(): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname) || location.protocol === "https:";
}

/** Said wherever a password is asked for over an open network. */
export function NotEncrypted(): JSX.Element {
  return (
    <p class="caution" role="alert">
      NOT ENCRYPTED: what you type here can be read on the network. The site needs a certificate (service.tls_certificate).
    </p>
  );
}
