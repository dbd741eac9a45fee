import { describe, expect, test } from "vitest";
import { rightBar, RIGHT_WORDS, whose } from "../src/core/rights";
import { COMMAND_RIGHTS, GRANTS, RIGHTS, type Right } from "../src/generated/model";

const person = (locked: boolean, ...rights: Right[]): { name: string; rights: Right[]; locked: boolean } =>
  ({ name: "amal", rights, locked });

describe("what one may not do is said in words, with whose it is", () => {
  test("who has the right is not barred, and nobody is asked before a login", () => {
    expect(rightBar("identify", person(false, "identify"))).toBe("");
    expect(rightBar("identify", null)).toBe("");
  });

  test("who has it not is told whose it is", () => {
    expect(rightBar("authorise", person(false, "keep_watch"))).toBe(
      "amal may not authorise, set the weapons control status, lift hold: that takes engagement authority.");
    expect(whose("audit")).toBe("auditor");
  });

  test("a locked console bars everything but looking", () => {
    expect(rightBar("keep_watch", person(true, "keep_watch"))).toContain("locked");
    expect(rightBar("view", person(true, "view"))).toBe("");
  });

  test("every right has its words and its roles, and every command its right", () => {
    for (const right of RIGHTS) {
      expect(RIGHT_WORDS[right].length).toBeGreaterThan(3);
      expect(GRANTS[right].length).toBeGreaterThan(0);
    }
    for (const right of Object.values(COMMAND_RIGHTS)) expect(RIGHTS).toContain(right);
  });
});
