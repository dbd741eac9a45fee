import { expect, test } from "vitest";
import { folded, groupOf } from "../src/core/folding";

const group = (group_id: number, ...track_ids: number[]) => ({ group_id, track_ids, told: true });
const keys = ["5", "2", "9", "3", "1", "4"];

test("a group is one row where its first member stands", () => {
  expect(folded(keys, [group(7, 1, 2, 3)], new Set())).toEqual(["5", "g7", "9", "4"]);
});

test("an open group has its members below it, in their order", () => {
  expect(folded(keys, [group(7, 1, 2, 3)], new Set([7]))).toEqual(["5", "g7", "2", "3", "1", "9", "4"]);
});

test("who is not told of, or has fewer than three members in the list, stays as it is", () => {
  expect(folded(keys, [group(7, 1, 2, 30), { ...group(8, 3, 4, 5), told: false }], new Set())).toEqual(keys);
  expect(folded([], [group(7, 1, 2, 3)], new Set())).toEqual([]);
});

test("a key says whose row it is", () => {
  expect([groupOf("g12"), groupOf("12")]).toEqual([12, null]);
});
