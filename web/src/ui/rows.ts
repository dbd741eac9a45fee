/** Rows under a pointer do not move: a list's wanted keys become its shown rows. */
import { createEffect, createSignal, on, untrack, type Accessor } from "solid-js";
import { StableOrder, type Shown } from "../core/order";

export interface StableRows {
  rows: Accessor<readonly Shown[]>;
  enter: () => void;
  leave: () => void;
  reset: () => void;
}

/** Follow the wanted keys at the rate of the picture; hold still while `enter`ed. */
export function stableRows(wanted: Accessor<readonly string[]>, hold_s: number): StableRows {
  const order = new StableOrder(hold_s);
  const [rows, setRows] = createSignal<readonly Shown[]>([], {
    equals: (a, b) => a.length === b.length
      && a.every((row, i) => row.key === b[i]?.key && row.ghost === b[i]?.ghost),
  });
  const [held, setHeld] = createSignal(false);
  const update = (): void => {
    // A row that stays is the same object, so that its element stays too: a click meant for it
    // must not fall on an element that was replaced under the finger.
    const before = new Map(untrack(rows).map((row) => [row.key, row]));
    const now = order.update(wanted(), performance.now() / 1000, held());
    setRows(now.map((row) => {
      const kept = before.get(row.key);
      return kept && kept.ghost === row.ghost ? kept : row;
    }));
  };
  createEffect(on([wanted, held], update));
  return {
    rows,
    enter: () => setHeld(true),
    leave: () => setHeld(false),
    reset: () => {
      order.reset();
      update();
    },
  };
}
