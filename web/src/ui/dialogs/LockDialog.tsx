import { createSignal, Show, type JSX } from "solid-js";
import { unlockConsole } from "../../core/presence";
import { logout, session } from "../../core/session";
import { Frame } from "./Frame";

/** Over a locked console: the picture and its warnings stay in sight, nothing can be done. */
export function LockDialog(): JSX.Element {
  const [password, setPassword] = createSignal("");
  const [error, setError] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const why = await unlockConsole(password());
    setPassword("");
    setError(why ?? "");
    setBusy(false);
  };
  return (
    <Frame title={`Locked: ${session()?.name ?? ""}`} docked testid="lock-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <p>
          The picture and its warnings stay. To act, <b>{session()?.name}</b> gives the password again;
          anybody else logs {session()?.name} out first.
        </p>
        <Show when={!session()?.outside} fallback={
          <p><a class="button" data-first href="/api/oidc/login" data-testid="unlock-provider">Log in by {session()?.provider} again</a></p>
        }>
        <label>Password of {session()?.name}
          <input data-first data-testid="unlock-password" type="password" autocomplete="current-password" required
            maxlength="1024" value={password()} onInput={(event) => setPassword(event.currentTarget.value)} />
        </label>
        </Show>
        <p class="form-error" role="alert">{error()}</p>
        <div class="dialog-acts">
          <button type="button" data-testid="lock-logout" onClick={() => void logout()}>Log {session()?.name} out</button>
          <Show when={!session()?.outside}><button class="solid" data-testid="unlock-submit" disabled={busy()}>Unlock</button></Show>
        </div>
      </form>
    </Frame>
  );
}
