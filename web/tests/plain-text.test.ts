import { describe, expect, test } from "vitest";
import { hiddenIn, hiddenInName } from "../src/core/plain-text";

describe("characters that cannot be seen", () => {
  test.each(["\u202e", "\u2066", "\u0000", "\u007f", "\u0085", "\ud800"])("%j is told in text and in a name", (hidden) => {
    expect(hiddenIn(`ab${hidden}c`)).toContain("Character 3 cannot be seen");
    expect(hiddenInName(`ab${hidden}c`)).toContain("Character 3 cannot be seen");
  });

  test("the code of the character is told, and its place counts whole characters", () => {
    expect(hiddenIn("🛸\u202eb")).toContain("Character 2 cannot be seen (U+202E)");
  });

  test.each(["\u200b", "\u200d", "\ufeff x", "\u00ad", "\n", "\u2028", "\u00a0"])("a name holds no %j within or at its end", (hidden) => {
    expect(hiddenInName(`Huts${hidden}x`)).not.toBe("");
  });

  test("a zero-width space at the end of a name is told, spaces at its ends are not", () => {
    expect(hiddenInName("Huts\u200b")).toContain("U+200B");
    expect(hiddenInName(" Huts ")).toBe("");
  });

  test.each(["two\nlines\tand a tab", "Табір №2", "مخيم", "🛸", ""])("%j is plain text", (text) => expect(hiddenIn(text)).toBe(""));
  test.each(["Табір №2", "مخيم", "Camp 2"])("%j is a name", (name) => expect(hiddenInName(name)).toBe(""));
});
