/**
 * Rows that do not jump.
 *
 * The wanted order changes many times a second; the shown order follows it only when a row has
 * wanted another place for `hold_s`, and never while a pointer or the focus is among the rows.
 * While held, new rows go to the end and rows that are gone keep their place as ghosts.
 */

export interface Shown {
  key: string;
  ghost: boolean;
}

export class StableOrder {
  private shown: Shown[] = [];
  private wantedSince_s: number | null = null;

  constructor(private readonly hold_s = 1.5) {}

  /** Give the rows to show, for the wanted order at a time, while held or not. */
  update(wanted: readonly string[], now_s: number, held: boolean): readonly Shown[] {
    const alive = new Set(wanted);
    if (held) return this.whileHeld(wanted, alive);
    const kept = this.shown.filter((row) => alive.has(row.key)).map((row) => row.key);
    const known = new Set(kept);
    const keptWanted = wanted.filter((key) => known.has(key));
    const same = kept.every((key, i) => key === keptWanted[i]);
    if (same) this.wantedSince_s = null;
    else this.wantedSince_s ??= now_s;
    const settled = same || now_s - (this.wantedSince_s ?? now_s) >= this.hold_s;
    if (settled) this.wantedSince_s = null;
    this.shown = (settled ? wanted : insertNew(kept, wanted, known)).map((key) => ({
      key,
      ghost: false,
    }));
    return this.shown;
  }

  /** Take the wanted order at once: the person asked for it. */
  reset(): void {
    this.shown = [];
    this.wantedSince_s = null;
  }

  private whileHeld(wanted: readonly string[], alive: Set<string>): readonly Shown[] {
    const known = new Set(this.shown.map((row) => row.key));
    this.shown = [
      ...this.shown.map((row) => ({ key: row.key, ghost: !alive.has(row.key) })),
      ...wanted.filter((key) => !known.has(key)).map((key) => ({ key, ghost: false })),
    ];
    return this.shown;
  }
}

/**
 * The order of the last time, in which a row passes another only where it is clearly before it.
 *
 * before: the order last time; wanted: the exact order now, which says where the new ones belong.
 * Estimates tremble: what is as good as equal keeps its order.
 */
export function settled(
  before: readonly string[], wanted: readonly string[], clearly: (a: string, b: string) => boolean,
): string[] {
  const alive = new Set(wanted);
  const kept = before.filter((key) => alive.has(key));
  const out: string[] = [];
  for (const key of insertNew(kept, wanted, new Set(kept))) {
    let at = out.length;
    while (at > 0 && clearly(key, out[at - 1] ?? "")) at -= 1;
    out.splice(at, 0, key);
  }
  return out;
}

/** Keep the order of what is shown, and put each new row behind its wanted predecessor. */
function insertNew(kept: string[], wanted: readonly string[], known: Set<string>): string[] {
  const first: string[] = [];
  const behind = new Map<string, string[]>();
  let run = first;
  for (const key of wanted) {
    if (known.has(key)) behind.set(key, (run = []));
    else run.push(key);
  }
  const out = first;
  for (const key of kept) {
    out.push(key);
    for (const fresh of behind.get(key) ?? []) out.push(fresh);
  }
  return out;
}
