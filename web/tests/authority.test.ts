import { describe, expect, test } from "vitest";
import { authorisationBar } from "../src/core/authority";
import type { EngagementOption, Role } from "../src/generated/model";

const option = (available: boolean, obstacle = ""): EngagementOption =>
  ({ available, obstacle }) as EngagementOption;
const person = (...roles: Role[]): { name: string; roles: Role[] } => ({ name: "amal", roles });
const tight = { weapons_control: "tight", hold: false } as const;

describe("authorise is offered only where it may be used", () => {
  const suspect = { identity: "SUSPECT" } as const;

  test("a suspect track under TIGHT is barred, and the policy is the reason", () => {
    const barred = [option(false, "TIGHT: only tracks identified HOSTILE")];
    expect(authorisationBar(suspect, barred, tight, person("engagement_authority"))).toContain("TIGHT");
  });

  test("it takes somebody who is logged in and has the role", () => {
    expect(authorisationBar(suspect, [option(true)], tight, null)).toContain("log in");
    expect(authorisationBar(suspect, [option(true)], tight, person("operator"))).toContain("amal");
    expect(authorisationBar(suspect, [option(true)], tight, person("engagement_authority"))).toBe("");
  });

  test("hold bars everything, and friends have no options", () => {
    const held = { ...tight, hold: true };
    expect(authorisationBar(suspect, [option(true)], held, person("engagement_authority"))).toContain("Hold");
    expect(authorisationBar({ identity: "FRIEND" }, [], tight, null)).toContain("friendly");
    expect(authorisationBar(suspect, [], tight, null)).toContain("No simulated effector");
  });
});
