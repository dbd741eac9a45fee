import { createSignal, Show, type JSX } from "solid-js";
import { login, session } from "../../core/session";
import { Frame } from "./Frame";
import { NotEncrypted, onLoopback } from "./MeDialog";

/** Who are you? Opens when an action needs a person. */
export function LoginDialog(props: { asked: { why: string; done: (ok: boolean) => void } }): JSX.Element {
  const [name, setName] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [error, setError] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError((await login(name(), password())) ?? "");
    setBusy(false);
  };
  return (
    <Frame title="Log in" close={() => props.asked.done(false)}>
      <form onSubmit={(event) => void submit(event)}>
        <p>Your name and password, {props.asked.why}.</p>
        <Show when={session()?.accounts === false}>
          <p class="caution" role="alert" data-testid="no-accounts">
            This site has no accounts: everybody at this machine may look, nobody can act.
            Add people with <code>vedette account add</code>.
          </p>
        </Show>
        <Show when={session()?.provider}>
          {(label) => <p><a class="button" href="/api/oidc/login" data-testid="login-provider">Log in by {label()}</a> or with a local account:</p>}
        </Show>
        <Show when={!onLoopback()}><NotEncrypted /></Show>
        <label>Name
          <input data-first data-testid="login-name" autocomplete="username" required maxlength="200"
            value={name()} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>Password
          <input data-testid="login-password" type="password" autocomplete="current-password" required maxlength="1024"
            value={password()} onInput={(event) => setPassword(event.currentTarget.value)} />
        </label>
        <Show when={session()?.hint}>{(hint) => <p class="hint">{hint()}</p>}</Show>
        <p class="form-error" role="alert">{error()}</p>
        <div class="dialog-acts">
          <button type="button" onClick={() => props.asked.done(false)}>Not now</button>
          <button class="solid" data-testid="login-submit" disabled={busy()}>Log in</button>
        </div>
      </form>
    </Frame>
  );
}
