import { describe, expect, test } from "vitest";
import css from "../src/styles/tokens.css?raw";
import { IDENTITY_COLOURS } from "../src/map/symbols";

/** Relative luminance of "#rrggbb" (WCAG 2.2). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const [night = "", dayOnly = ""] = css.split('[data-theme="day"]');
const read = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
const themes = { night: read(night), day: { ...read(night), ...read(dayOnly) } };

describe.each(["night", "day"] as const)("contrast by %s", (theme) => {
  const colour = (name: string): string => themes[theme][name] ?? "#000000";

  test("words reach 4.5 to 1 on every ground they stand on", () => {
    const words = ["ink", "dim", "accent", "caution", "hostile", "suspect", "unknown", "friend", "neutral"];
    const grounds = ["pane", "raised", "chosen"];
    const weak = words.flatMap((word) => grounds
      .map((ground) => [word, ground, contrast(colour(word), colour(ground))] as const)
      .filter(([, , ratio]) => ratio < 4.5));
    expect(weak).toEqual([]);
  });

  test("warnings and buttons reach 4.5 to 1", () => {
    const pairs = [
      ["on-alarm", "alarm"], ["on-alarm", "alarm-dark"], ["on-accent", "accent-solid"],
      ["caution", "caution-ground"], ["ink", "caution-ground"],
    ];
    for (const [words = "", ground = ""] of pairs) {
      expect(contrast(colour(words), colour(ground)), `${words} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("symbols reach 3 to 1 on the map", () => {
    const land = theme === "night" ? "#141f27" : "#f0f1ec";
    for (const hex of Object.values(IDENTITY_COLOURS[theme])) {
      expect(contrast(hex, land)).toBeGreaterThanOrEqual(3);
    }
  });
});
