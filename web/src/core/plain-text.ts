/** Characters that cannot be seen: what the service would refuse is told before it is sent. */

/** As the service's PLAIN_TEXT: controls but tab and newline, lone surrogates, what turns text round. */
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u;
/** In a name nothing is invisible but plain spaces. */
const HIDDEN_IN_NAME = /(?! )[\p{C}\p{Z}]/u;

/** Say which character of a text the service would refuse; "" where none. */
export function hiddenIn(text: string): string {
  return told(text, HIDDEN);
}

/** Likewise of a name, which is one line. */
export function hiddenInName(name: string): string {
  return told(name.trim(), HIDDEN_IN_NAME);
}

function told(text: string, hidden: RegExp): string {
  const found = hidden.exec(text);
  if (!found) return "";
  const before = Array.from(text.slice(0, found.index)).length + 1;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `Character ${before} cannot be seen (U+${code}): take it out, or write the text anew.`;
}
