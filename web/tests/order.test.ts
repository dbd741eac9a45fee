import { describe, expect, test } from "vitest";
import { settled, StableOrder } from "../src/core/order";

const keys = (rows: readonly { key: string }[]): string => rows.map((row) => row.key).join("");

describe("an order that does not tremble", () => {
  const by = (values: Record<string, number>, margin: number) =>
    (a: string, b: string): boolean => (values[a] ?? 0) < (values[b] ?? 0) - margin;

  test("two rows change places only when one is clearly before the other", () => {
    expect(settled(["a", "b"], ["b", "a"], by({ a: 334, b: 333 }, 3))).toEqual(["a", "b"]);
    expect(settled(["a", "b"], ["b", "a"], by({ a: 334, b: 329 }, 3))).toEqual(["b", "a"]);
  });

  test("a row passes all that it is clearly before, wherever it stood", () => {
    expect(settled(["a", "b", "c"], ["c", "a", "b"], by({ a: 40, b: 41, c: 9 }, 3))).toEqual(["c", "a", "b"]);
  });

  test("the new comes in its place and the lost leaves", () => {
    expect(settled(["a", "b"], ["n", "a"], by({ a: 40, n: 20 }, 3))).toEqual(["n", "a"]);
  });
});

describe("rows that do not jump", () => {
  test("a changed order is followed only after it has lasted", () => {
    const order = new StableOrder(1.5);
    expect(keys(order.update(["a", "b", "c"], 0, false))).toBe("abc");
    expect(keys(order.update(["b", "a", "c"], 1.0, false))).toBe("abc");
    expect(keys(order.update(["b", "a", "c"], 2.0, false))).toBe("abc");
    expect(keys(order.update(["b", "a", "c"], 2.5, false))).toBe("bac");
  });

  test("an order that flickers back is never followed", () => {
    const order = new StableOrder(1.5);
    order.update(["a", "b"], 0, false);
    for (let t = 1; t < 20; t += 1) {
      const wanted = t % 2 ? ["b", "a"] : ["a", "b"];
      expect(keys(order.update(wanted, t, false))).toBe("ab");
    }
  });

  test("a new row appears at once in its place, a lost one leaves", () => {
    const order = new StableOrder(1.5);
    order.update(["a", "c"], 0, false);
    expect(keys(order.update(["a", "b", "c"], 0.25, false))).toBe("abc");
    expect(keys(order.update(["n", "a", "b"], 0.5, false))).toBe("nab");
  });

  test("nothing moves under the pointer: the lost stay as ghosts, the new go to the end", () => {
    const order = new StableOrder(1.5);
    order.update(["a", "b", "c"], 0, false);
    const held = order.update(["n", "c", "a"], 10, true);
    expect(keys(held)).toBe("abcn");
    expect(held.map((row) => row.ghost)).toEqual([false, true, false, false]);
    expect(keys(order.update(["n", "c", "a"], 11, true))).toBe("abcn");
    order.update(["n", "c", "a"], 12, false);
    expect(keys(order.update(["n", "c", "a"], 14, false))).toBe("nca");
  });

  test("a person's own sorting is followed at once", () => {
    const order = new StableOrder(1.5);
    order.update(["a", "b"], 0, false);
    order.reset();
    expect(keys(order.update(["b", "a"], 0.1, false))).toBe("ba");
  });
});
