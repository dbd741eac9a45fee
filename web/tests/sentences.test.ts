/** What the service writes is found again, said anew, and what people wrote stays theirs. */
import { describe, expect, test } from "vitest";
import ar from "../src/languages/ar.json";
import uk from "../src/languages/uk.json";
import { saidBy, SENTENCES } from "../src/core/sentences";

const teller = (table: Record<string, string>) => (english: string, ...gaps: unknown[]): string =>
  (table[english] ?? english).replace(/\{(\d+)\}/g, (_, i) => String(gaps[Number(i)]));
const ukrainian = (text: string): string => saidBy(text, teller(uk));
const english = (text: string): string => saidBy(text, teller({}));

test("English said by the same patterns is what the service wrote", () => {
  for (const sentence of SENTENCES) {
    const filled = sentence.replace(/\{(\d+)\}/g, (_, i) => `G${i}`);
    expect(english(filled)).toBe(filled);
  }
});

test.each([
  ["Assess T0007: fixed-wing drone 12 km north-west inbound, nobody has looked", "Оцініть T0007: дрон літакового типу 12 км північний захід, наближається, ніхто не дивився"],
  ["Acknowledge: Barracks, imminent", "Підтвердьте: Barracks, негайна загроза"],
  ["T0003, HOSTILE, fixed-wing drone, would reach Barracks (probability 0.82); 2 more with it",
    "T0003, Hostile, дрон літакового типу, досягне: Barracks (імовірність 0.82); разом із ним ще 2"],
  ["turns 4.1 deg/s, mostly to one side: speaks for multirotor drone", "повертає 4.1 °/с, переважно в один бік: на користь «мультиротор»"],
  ["radar sees rotor blades: speaks against bird", "radar бачить: лопаті ротора: проти «птах»"],
  ["flies 14 m/s, in the last minute 6 to 20: speaks for fixed-wing drone", "летить 14 м/с, за останню хвилину 6–20: на користь «дрон літакового типу»"],
  ["T0001, fixed-wing drone, SUSPECT: reaches Barracks in 94 s with 82%", "T0001, дрон літакового типу, Suspect: досягне Barracks за 94 с, імовірність 82%"],
  ["Barracks: imminent, 94 s left; nobody has acknowledged it", "Barracks: негайна загроза, лишилося 94 с; ніхто не підтвердив"],
  ["sensor radar_n is never heard", "сенсор radar_n: не чути"],
  ["T0003, bird", "T0003, птах"],
  ["weapons control is TIGHT: the track must be HOSTILE", teller(uk)("weapons control is TIGHT: the track must be HOSTILE")],
])("%s", (said, wanted) => {
  expect(ukrainian(said)).toBe(wanted);
});

describe("what people wrote stays theirs", () => {
  test.each([
    "two men saw it land", "radar sees two men", "it flies over the road", "SUSPECT to me", "north gate calls", "$& {0} \\1", "<b>x</b>",
  ])("%s", (words) => expect(ukrainian(words)).toBe(words));
  test("in the gaps too", () => {
    expect(ukrainian("T0007: dismissed by Lund: new track north, radar sees a propeller")).toBe("T0007: відхилено, Lund: new track north, radar sees a propeller");
    expect(ukrainian("Acknowledge: $& {0} gate, possible")).toBe("Підтвердьте: $& {0} gate, можлива загроза");
  });
});

test.each([
  `flies ${"1 m/s, in the last minute ".repeat(400)}`,
  `${", ".repeat(180)}would reach x (probabilit`,
  `${"a, b from c, d degrees off it at ".repeat(12)}e m/s: can be there in f s, g % likely to reach i`,
])("a text made to be looked through for long is left at once", (long) => {
  const began = performance.now();
  expect(ukrainian(long)).toBe(long);
  expect(performance.now() - began).toBeLessThan(500);
});

test("every sentence is said in each language by other words", () => {
  for (const table of [uk, ar] as Record<string, string>[]) {
    expect(SENTENCES.filter((sentence) => table[sentence] === sentence)).toEqual([]);
  }
});
