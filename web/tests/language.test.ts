/** Every word of the page is in every language, and none is only half there. */
import { describe, expect, test } from "vitest";
import ar from "../src/languages/ar.json";
import uk from "../src/languages/uk.json";
import { formOf, said, t } from "../src/core/language";
import { SENTENCES } from "../src/core/sentences";
import { translated, wordsOf } from "../translate";

const FILES: Record<string, Record<string, string>> = { ar, uk };
const sources = import.meta.glob<string>("../src/{ui,core}/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const words = new Set(Object.entries(sources).flatMap(([name, code]) => wordsOf(code, name)).map((word) => word.trim()));
for (const sentence of SENTENCES) words.add(sentence);
const gaps = (text: string): string => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort().join();

describe.each(Object.keys(FILES))("the words in %s", (name) => {
  const file = FILES[name] ?? {};

  test("every English text of the page has its own", () => {
    expect([...words].filter((word) => !(word in file))).toEqual([]);
  });

  test("no text is of a word that the page no longer says", () => {
    expect(Object.keys(file).filter((word) => !words.has(word))).toEqual([]);
  });

  test("each has the gaps of the English", () => {
    expect(Object.entries(file).filter(([key, text]) => gaps(key) !== gaps(text) || !text)).toEqual([]);
  });
});

test("text, titles, conditions and words given back are found; names of classes and keys are not", () => {
  const code = `
    const rows = [{ key: "all", word: "All", title: "Every track" }];
    function head(on) { return on ? "TAKE COVER" : "quiet-one"; }
    const A = () => <p class="red line" title={on ? "Is on" : "Is off"}>Read
      this {n} <b>\${x}</b>{ok() && "and that"}{\`\${n} of \${m} acts\`}</p>;`;
  expect(wordsOf(code, "src/ui/A.tsx").sort()).toEqual([
    "All", "Every track", "Is off", "Is on", "Read this", "TAKE COVER", "and that", "{0} of {1} acts",
  ].sort());
  expect(translated(code, "src/ui/A.tsx")).toContain('__t("{0} of {1} acts", n, m)');
});

test("gaps are filled, spaces at the ends stay, and what is not there is English", () => {
  expect(t("{0} of {1}", 3, 7)).toBe("3 of 7");
  expect(said({ ago: "тому" }, " ago")).toBe(" тому");
  expect(said({}, "left")).toBe("left");
});

test.each([[1, "1 кут"], [4, "4 кути"], [5, "5 кутів"], [11, "11 кутів"], [21, "21 кут"], [22, "22 кути"]])("%d corners have their form", (n, wanted) => {
  expect(formOf(FILES.uk?.["{0} corners"] ?? "", "uk", n).replace("{0}", String(n))).toBe(wanted);
});

test("a text that counts has every form of its language", () => {
  const wanted: Record<string, number> = { uk: 3, ar: 5 };
  for (const [name, file] of Object.entries(FILES)) {
    const forms = Object.values(file).map((text) => text.split("|").length).filter((n) => n > 1);
    expect(forms.every((n) => n === wanted[name])).toBe(true);
  }
});
