/**
 * The language of the page: English as it stands in the source, or a file of src/languages.
 *
 * As the page is built, `translate.ts` sends every text that people read through `t`, with the English
 * as key. What a file lacks stays English. A change of language loads the page anew.
 */

export const LANGUAGES = { en: "English", uk: "Українська", ar: "العربية" } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = "vedette.language";
const RIGHT_TO_LEFT: readonly Language[] = ["ar"];
const NAMES = Object.keys(LANGUAGES) as Language[];

type Table = Record<string, string>;
const TABLES: Record<string, () => Promise<{ default: Table }>> = {
  uk: () => import("../languages/uk.json"),
  ar: () => import("../languages/ar.json"),
};

/** The language chosen in this browser; English where none is, or none can be kept. */
export const language: Language = kept();
const table: Table = (await TABLES[language]?.())?.default ?? {};

function kept(): Language {
  if (typeof localStorage === "undefined") return "en";
  const name = localStorage.getItem(KEPT);
  return NAMES.find((one) => one === name) ?? "en";
}

/** Whether it runs from right to left. */
export const rightToLeft = RIGHT_TO_LEFT.includes(language);

/** The language after this one. */
export function nextLanguage(): Language {
  return NAMES[(NAMES.indexOf(language) + 1) % NAMES.length] ?? "en";
}

/** Keep a language and load the page anew in it; the address holds the view. */
export function changeLanguage(to: Language = nextLanguage()): void {
  localStorage.setItem(KEPT, to);
  location.reload();
}

/** Say to the browser, and to screen readers, which language this is and which way it runs. */
export function markLanguage(): void {
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft ? "rtl" : "ltr";
}

/** A text in the language of the page, its gaps {0}, {1} filled, in the form that the number in {0} asks for. */
export function t(english: string, ...gaps: unknown[]): string {
  return filled(formOf(said(table, english), language, gaps[0]), gaps);
}

/** The plural forms of a language, in the order in which a text gives them: "one|few|many". */
const FORMS: Partial<Record<Language, readonly Intl.LDMLPluralRule[]>> = {
  uk: ["one", "few", "many"], ar: ["one", "two", "few", "many", "other"],
};

/** Choose the form of a text that a number asks for; the last where it has none for it. */
export function formOf(text: string, of: Language, number: unknown): string {
  const forms = text.split("|");
  const wanted = forms.length > 1 ? new Intl.PluralRules(of).select(Number(number)) : "one";
  return forms[FORMS[of]?.indexOf(wanted) ?? 0] ?? forms.at(-1) ?? text;
}

/** The text of a table for an English one; its own spaces at the ends stay. */
export function said(words: Table, english: string): string {
  const key = english.trim();
  const text = words[key];
  return text === undefined ? english : english.replace(key, () => text);
}

function filled(text: string, gaps: readonly unknown[]): string {
  return gaps.length ? text.replace(/\{(\d+)\}/g, (_, i) => String(gaps[Number(i)])) : text;
}
