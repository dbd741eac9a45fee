/** The list of kept views as text, and what of it is believed. */

export interface SavedView {
  name: string;
  hash: string;
}

/** As many as there are digits. */
export const SAVED_MAX = 9;
export const NAME_MAX = 40;
export const HASH_MAX = 600;

/** Read what was kept; what is not a list of views is no view. */
export function readSaved(text: string | null): SavedView[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(found)) return [];
    return found.filter(isView).slice(0, SAVED_MAX);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isView(item: unknown): item is SavedView {
  if (typeof item !== "object" || item === null) return false;
  const { name, hash } = item as Record<string, unknown>;
  return typeof name === "string" && name.length <= NAME_MAX && typeof hash === "string" && hash.length <= HASH_MAX;
}
