/** What the person at this console may do, and in words why not: the server's own table. */
import { GRANTS, type Right, type SessionView } from "../generated/model";
import { ROLE_WORDS } from "./words";

/** What a right lets one do, after "may" and "may not". */
export const RIGHT_WORDS: Record<Right, string> = {
  public: "see this page",
  logged_in: "lock and log out",
  view: "see the picture",
  report: "read and save reports",
  send: "send detections",
  see_operators: "see where operators are",
  keep_watch: "acknowledge, assess, dismiss, warn, hold",
  identify: "identify tracks",
  draw_zones: "draw, change or remove zones",
  authorise: "authorise, set the weapons control status, lift hold",
  attach: "attach exhibits",
  audit: "read the audit trail",
  instruct: "place injects in an exercise",
  move_effectors: "speak for simulated effectors",
};

type Person = Pick<SessionView, "name" | "rights" | "locked">;

/** Say why somebody may not use a right; "" where they may, or nobody is logged in yet. */
export function rightBar(right: Right, person: Person | null): string {
  if (!person?.name) return "";
  if (!person.rights.includes(right)) return `${person.name} may not ${RIGHT_WORDS[right]}: that takes ${whose(right)}.`;
  return person.locked && right !== "view" ? "This console is locked: unlock it first." : "";
}

/** Name the roles that give a right: "operator or engagement authority". */
export function whose(right: Right): string {
  return GRANTS[right].map((role) => ROLE_WORDS[role]).join(" or ");
}
