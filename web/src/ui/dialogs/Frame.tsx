import { onMount, type JSX, type ParentProps } from "solid-js";

/**
 * A dialog over the picture, below the warning bar: warnings and Hold stay in sight and in reach.
 * The focus goes in, and Tab stays inside; Esc closes.
 */
export function Frame(props: ParentProps<{
  title: string; close: () => void; wide?: boolean; testid?: string;
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
    <div class="veil" onPointerDown={(event) => { if (event.target === event.currentTarget) props.close(); }}>
      <div class="dialog" classList={{ wide: props.wide ?? false }} role="dialog" aria-modal="true"
        aria-label={props.title} tabindex="-1" ref={box} onKeyDown={keepInside} data-testid={props.testid}>
        <div class="dialog-head">
          <h2>{props.title}</h2>
          <button class="quiet icon" onClick={() => props.close()} aria-label="Close" title="Close (Esc)">✕</button>
        </div>
        {props.children}
      </div>
    </div>
  );
}
