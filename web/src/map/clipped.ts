/** Letters of a name on the map. */
const NAME_MAX = 28;

/** A claim, a name or a note may be as long as whoever sends it likes: a map has no room for that. */
export function clipped(text: string): string {
  const letters = [...text];
  return letters.length > NAME_MAX ? `${letters.slice(0, NAME_MAX - 1).join("")}…` : text;
}
