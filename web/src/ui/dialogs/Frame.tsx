import { onMount, Show, type JSX, type ParentProps } from "solid-js";

/**
 * A dialog over the picture, below the warning bar: warnings and Hold stay in sight and in reach.
 * A docked one lies at the bottom and leaves the map in sight, for what it decides is drawn there.
 * The focus goes in, and Tab stays inside; Esc closes, where it can be closed at all.
 */
export function Frame(props: ParentProps<{
  title: string; close?: () => void; wide?: boolean; docked?: boolean; testid?: string;
}>): JSX.Element {
  let box!: HTMLDivElement;
  const inside = (): HTMLElement[] =>
    [...box.querySelectorAll<HTMLElement>("button, input, select, textarea, a[href]")]
      .filter((element) => !element.hasAttribute("disabled") && element.offsetParent !== null);
  onMount(() => {
    const first = box.querySelector<HTMLElement>("[data-first]") ?? inside()[1] ?? box;
    first.focus();
  });
  const keepInside = (event: KeyboardEvent): void => {
    if (event.key !== "Tab") return;
    const all = inside();
    const [first, last] = [all[0], all[all.length - 1]];
    if (event.shiftKey && document.activeElement === first) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first?.focus();
    }
  };
  return (
    <div class="veil" classList={{ docked: props.docked ?? false }} onPointerDown={(event) => { if (event.target === event.currentTarget) props.close?.(); }}>
      <div class="dialog" classList={{ wide: props.wide ?? false }} role="dialog" aria-modal={!props.docked}
        aria-label={props.title} tabindex="-1" ref={box} onKeyDown={keepInside} data-testid={props.testid}>
        <div class="dialog-head">
          <h2>{props.title}</h2>
          <Show when={props.close}>
            {(close) => <button class="quiet icon" onClick={() => close()()} aria-label="Close" title="Close (Esc)">✕</button>}
          </Show>
        </div>
        {props.children}
      </div>
    </div>
  );
}
