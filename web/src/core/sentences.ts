/**
 * The sentences that the service writes, as patterns: the page says them in its own language.
 *
 * The service speaks plain English, in the record as on the wire. What stands here is found again in
 * what it says, and said in the language of the page; what is not found stays English. In the gaps only
 * what is a word of ours (a class, an identity, a direction) is said anew: names stay, and what people
 * wrote stays theirs. Parts joined by "; " are said each for itself. A test holds this list to what the
 * stages really say.
 */
import { language, rightToLeft, t } from "./language";
import { IDENTITY_WORDS } from "./words";

/** What the queue asks for, and why. */
const QUEUE = [
  "Acknowledge: {0}, {1}",
  "{0} was not warned by {1}: tell them yourself",
  "the channel did not take the warning",
  "Second person needed for {0}, {1} s",
  "{0} authorised {1}",
  "Decide {0}: {1}, within {2} s",
  "Assess {0}: {1} inbound, nobody has looked",
  "{0} is back: {1} inbound, worse than when it was looked at",
  "near friendly {0}, which comes home",
  "Assess {0}: unknown near friendly {1}, which comes home",
  "it is not {0}, and nobody has looked at it",
  "Say what became of {0}",
  "the track does not tell",
  "{0} has failed: what it alone sees is missing",
  "{0} is stale {1} s: what it alone sees is missing",
  "{0} is degraded: what it alone sees is missing",
  "{0} was never heard: what it alone sees is missing",
  "its silence is not evidence",
  "All-clear due? {0}, nothing inbound for {1} s",
  "people keep cover until a human ends it",
];

/** Why a zone is warned, and what has become of what it was warned of. */
const WARNINGS = [
  "{0}, {1}, {2}, would reach {3} (probability {4})",
  "nobody has assessed it",
  "nobody has assessed it, and it flies as an aircraft with people aboard",
  "{0} more with it",
  "{0} over {1} now, {2} % likely to come down on it",
  "{0}, {1} from {2}, {3} degrees off it at {4} m/s: can be there in {5} s, {6} % likely to reach it",
  "{0}, {1} from {2}, {3} degree off it at {4} m/s: can be there in {5} s, {6} % likely to reach it",
  "{0}: STILL COMES, in {1} s, {2} % likely to reach it",
  "{0}: no longer comes, {1} % likely to reach it",
  "{0}: gone",
  "{0}: lost {1} s ago",
  "{0}: last threatened {1} s ago",
  "{0}: dismissed by {1}: {2}",
  "{0}: be ready from {1} s and {2}, cover from {3} s and {4}",
  "{0}, nobody has assessed it: be ready from {1} s and {2}, cover from {3} s and {4}",
  "{0}, nobody has assessed it: be ready from {1} s and {2}, no cover until it is plain: it may be birds, be unseen by radar, or go elsewhere",
  "{0} more, of which {1} still come",
  "was {0} when judged, is {1} now",
  "likely to reach an asset: {0}, was {1}",
  "arrives sooner than judged: in {0} s, not {1} s",
  "dismissed at {0} s away, now {1} s away",
];

/** What speaks for a class. */
const CLASSES = [
  "{0}: speaks for {1}",
  "{0}: speaks against {1}",
  "flies {0} m/s, in the last minute {1} to {2}",
  "flies {0} m/s, in the last minute {1} to {2}, stood still {3} of the time",
  "turns {0} deg/s",
  "turns {0} deg/s, mostly to one side",
  "holds its speed to {0} m/s and flies this steadily",
  "climbs {0} m/s and holds its height so",
  "moves {0} m/s against the wind",
  "flies {0} m above the site",
  "sends: {0} hears it without a name",
  "radar cross-section flickers by {0} dB",
  "radar cross-section {0} dBsm over {1} looks",
  "of {0} other tracks here {1} look like that",
  "{0} takes it for a {1}",
  "{0} sees {1}",
];

/** What speaks for who it is, and for what it may intend. */
const IDENTITIES = [
  "new track",
  "nothing speaks against it any more",
  "evaluated: {0} with {1} %, no proof of who it is",
  "is where it says it is, but flies like a crewed aircraft with {0} only",
  "is not where it says it is ({0} m off)",
  "only says where it is: {0} sees nothing there",
  "two tracks send one address",
  "another track flies under the same name, with as good a claim or a better",
  "another track sends the same name as {0}",
  "claims friendly flight {0}",
  "claims friendly flight {0}, lane and speed fit",
  "not borne out yet",
  "no own radar has checked its place",
  "listed friendly flight {0}: lane, time and speed fit, {1} finds it where it says it is",
  "but anyone can send that: nothing proves it",
  "{0} proves who sends",
  "{0} has just begun to prove it",
  "says it is friendly flight {0}: a claim",
  "lane, time and speed agree",
  "is called {0} by {1}: a claim, which makes no identity",
  "says it is {0}",
  "no own radar has checked where it is",
  "was {0} {1} s ago and is silent since: transponders break, no proof",
  "says it flies {0} m/s, but flies {1}",
  "sends a small drone's serial, but flies {0} m/s",
  "{0} hears no answer: many harmless things send none, so this weighs nothing",
  "{0} hears no answer, but {1} is not healthy: its silence says nothing",
  "flight and echo are a crewed aircraft's with {0} %",
  "only its own word for where it is and how it flies: no sensor of ours measures it",
  "keeps to {0} (place, height, speed, direction)",
  "keeps to {0}, if it is a crewed aircraft",
  "says where it is, but {0}, which is healthy, sees nothing there",
  "answers {0} where {1} measures it",
  "is where it says it is",
  "is where it says it is, by {0}: {1} m apart, {2} looks",
  "is not where it says it is, by {0}: {1} m apart, {2} looks",
  "it says it is a friend, so it is no civil aircraft by that",
  "is authorised as {0}, and keeps to place, time and speed",
  "most objects near a site mean no harm",
  "flies low, {0} m above the site",
  "flies near friendly {0}, and is not it",
  "is a {0} with {1} %",
  "is a bird, balloon or crewed aircraft with {0} %",
  "may be friendly {0}: lane, time and speed fit",
  "is in the lane of friendly {0}, which another track flies",
  "is in {0}, where no friend is listed that fits",
  "is outside every published lane",
  "steadily heads for {0}",
  "dives on {0}",
  "flies at {0} together with {1} others",
  "flies at {0} together with one other",
  "{0} says it is {1}: {2}",
  "{0} took it out of the queue: {1}",
];

/** What bars a (simulated) option. */
const OPTIONS = [
  "hold is set",
  "the track is {0}",
  "the track is {0}: unknown is not hostile",
  "weapons control is HOLD",
  "weapons control is TIGHT: the track must be HOSTILE",
  "the magazine is empty",
  "civil or friendly in the hazard volume: {0}",
  "out of range: comes to {0} km",
  "too late: it cannot get there before the track arrives",
];

/** What the hand-over asks and answers. */
const BRIEF = [
  "Degraded",
  "Warnings that stand",
  "Set by hand, and contradicted",
  "Open",
  "Inbound, and nobody has assessed",
  "Set by hand",
  "Dismissed",
  "Assumed friends: nothing proves them",
  "Notes that people left",
  "sensor {0} is {1}",
  "sensor {0} is {1}, last heard {2} s ago",
  "feed {0} is {1}",
  "feed {0} is {1}, last heard {2} s ago",
  "output {0} is {1}",
  "output {0} is {1}, last heard {2} s ago",
  "its silence says nothing",
  "nothing heard for longer than {0} s",
  "{0}: imminent, {1} s left",
  "{0}: possible, {1} s left",
  "nobody has acknowledged it",
  "acknowledged by {0}",
  "NOT delivered by {0}",
  "{0}: {1} set {2} {3} minutes ago",
  "zone {0}: {1} by {2} {3} minutes ago",
  "weapons control is {0}",
  "weapons control is {0}, HOLD is on",
  "{0} by {1} (simulated): {2}",
  "{0}, {1}, {2}: reaches {3} in {4} s with {5}",
  "{0}, {1}, {2}: reaches {3} with {4}",
  "{0} more that nobody has assessed",
  "none of them is likely to reach anything",
  "{0}, {1}, {2}: by {3}",
  "{0}, {1} minutes ago",
  "{0} ({1}, as it says), {2}",
];

/** Words that stand in gaps. */
const WORDS = [
  "multirotor drone", "unknown object", "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west",
  "stale", "failed", "degraded", "never heard", "set aside", "drawn", "changed", "removed", "proposed", "first authorised", "executing",
  "possible", "imminent", "rotor blades", "a propeller", "beating wings", "a jet engine", "nothing moving on it",
];

/** Classes that the service calls as the page does. */
const CLASS_NAMES = [
  "bird", "flock of birds", "balloon", "fixed-wing drone", "one-way drone", "helicopter", "light aircraft", "aeroplane",
];

export const SENTENCES: readonly string[] = [...QUEUE, ...WARNINGS, ...CLASSES, ...IDENTITIES, ...OPTIONS, ...BRIEF, ...WORDS];

/** Their first gap is itself a sentence of what is seen. */
const HOLDING = new Set(["{0}: speaks for {1}", "{0}: speaks against {1}"]);
/** Too like what people might write to be looked for elsewhere. */
const HELD_ONLY = new Set(["{0} sees {1}"]);
const OF_OURS = new Set([...WORDS, ...CLASS_NAMES]);
const FAR = /^(\d[\d.]*) (k?m)$/;
const NAMED = /^(T\d{4,}), (.+)$/;
const WHERE = /^(?:([A-Z_]+) )?(.+?) (\d[\d.]* k?m)(?: ((?:north|south)(?:-east|-west)?|east|west))?$/;
const KEPT_MAX = 2_000;
/** The service writes nothing longer; what people wrote may be, and is looked at by nobody here. */
const PART_MAX = 400;
const kept = new Map<string, string>();

type Teller = (english: string, ...gaps: unknown[]) => string;
interface Pattern { template: string; found: RegExp; order: number[]; own: string[] }

const letters = (template: string): number => template.replace(/\{\d+\}/g, "").length;

/** A sentence with gaps as what finds it; one that holds another is tried first, then the one with the most words of its own. */
const PATTERNS: readonly Pattern[] = SENTENCES.filter((one) => one.includes("{"))
  .sort((a, b) => Number(HOLDING.has(b)) - Number(HOLDING.has(a)) || letters(b) - letters(a))
  .map((template) => ({
    template,
    own: template.split(/\{\d+\}/).filter((piece) => piece.length > 2),
    order: [...template.matchAll(/\{(\d+)\}/g)].map((gap) => Number(gap[1])),
    found: new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\d+\}/g, "(.+?)")}$`),
  }));

/** Say what the service wrote in the language of the page. */
export function service(text: string): string {
  if (language === "en" || !text) return text;
  const known = kept.get(text);
  if (known !== undefined) return known;
  const told = saidBy(text, t);
  // A sentence that begins with a name in Latin letters runs the page's way all the same.
  const said = rightToLeft && told !== text ? `\u200f${told}` : told;
  if (kept.size < KEPT_MAX) kept.set(text, said);
  return said;
}

/** The same by any teller; it gives a text of its language for an English one, its gaps filled. */
export function saidBy(text: string, tell: Teller): string {
  return text.split("; ").map((part) => sentence(part, tell, false)).join("; ");
}

function sentence(part: string, tell: Teller, held: boolean): string {
  if (part.length > PART_MAX) return part;
  if (SENTENCES.includes(part)) return tell(part);
  for (const { template, found, order, own } of PATTERNS) {
    if ((HELD_ONLY.has(template) && !held) || !own.every((piece) => part.includes(piece))) continue;
    const match = found.exec(part);
    if (!match) continue;
    const gaps: string[] = [];
    order.forEach((gap, i) => {
      const held_ = HOLDING.has(template) && gap === 0;
      gaps[gap] = held_ ? sentence(match[i + 1] ?? "", tell, true) : word(match[i + 1] ?? "", tell);
    });
    return tell(template, ...gaps);
  }
  return NAMED.test(part) ? word(part, tell) : part;
}

/** A word of ours in a gap; "SUSPECT fixed-wing drone 12 km north-west" is four of them. */
function word(gap: string, tell: Teller): string {
  const identity = (IDENTITY_WORDS as Record<string, string>)[gap];
  if (identity) return identity;
  if (OF_OURS.has(gap)) return tell(gap);
  const far_ = FAR.exec(gap);
  if (far_) return length(far_[1], far_[2], tell);
  const named = NAMED.exec(gap);
  if (named && OF_OURS.has(named[2] ?? "")) return `${named[1]}, ${tell(named[2] ?? "")}`;
  const where = WHERE.exec(gap);
  if (!where || !OF_OURS.has(where[2] ?? "")) return gap;
  const [, who = "", what = "", far = "", way = ""] = where;
  return [who && word(who, tell), word(what, tell), word(far, tell), way && tell(way)].filter(Boolean).join(" ");
}

function length(number = "", unit = "", tell: Teller): string {
  return unit === "km" ? tell("{0} km", number) : tell("{0} m", number);
}
