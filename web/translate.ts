/**
 * The words of the page, found in its source as it is built: what people read goes through `t`.
 *
 * Components say their words in plain English. This finds them: text and titles of elements, what a
 * component gives back as words, what is said in a notice, the word lists. `translated` makes each
 * a call of `t` with the English as key; `wordsOf` lists them for the test that every language has all.
 */
import { parse, traverse, types as b, transformFromAstSync, type NodePath } from "@babel/core";
import type { Plugin } from "vite";

const SPOKEN = new Set(["title", "aria-label", "placeholder", "aria-description", "alt", "label"]);
const NAMED = new Set(["word", "words", "title", "text", "meaning", "hint", "reason", "confirm"]);
const SAYING = new Set(["say", "askLogin"]);
/** Lists of words: every text in them is one that people read. */
const LISTS = /core\/words\.ts$/;
/** Letters of a word, or a number with its unit: `${n} s`. */
const WORDED = /[A-Za-z]{2}|^\{0\} (?:[a-z]|m\/s)$/;
const COMPONENT = /src\/(ui|core)\/.*\.tsx?$/;

type Site = NodePath<b.StringLiteral | b.TemplateLiteral | b.JSXText>;

function readable(text: string): boolean {
  return /[A-Za-z]{2}/.test(text) && !/^[a-z]+([-_:/.][a-z0-9]+)+$/.test(text.trim());
}

/** A template with its gaps numbered: `${n} of ${m}` is "{0} of {1}". */
function keyOf(node: b.StringLiteral | b.TemplateLiteral): string {
  if (node.type === "StringLiteral") return node.value;
  return node.quasis.map((part, i) => (part.value.cooked ?? "") + (i < node.quasis.length - 1 ? `{${i}}` : "")).join("");
}

/** What JSX makes of a text that may go over several lines. */
function jsxText(raw: string): string {
  const lines = raw.split(/\r?\n/);
  return lines.map((line, i) => {
    const head = i === 0 ? line : line.replace(/^\s+/, "");
    return i === lines.length - 1 ? head : head.replace(/\s+$/, "");
  }).filter(Boolean).join(" ");
}

/** Texts that an expression may come to: through conditions, "or", sums and brackets. */
function texts(path: NodePath): Site[] {
  if (path.isStringLiteral() || path.isTemplateLiteral()) return WORDED.test(keyOf(path.node)) ? [path as Site] : [];
  if (path.isConditionalExpression()) return [...texts(path.get("consequent")), ...texts(path.get("alternate"))];
  if (path.isLogicalExpression()) return [...texts(path.get("left")), ...texts(path.get("right"))];
  if (path.isBinaryExpression({ operator: "+" })) return [...texts(path.get("left") as NodePath), ...texts(path.get("right"))];
  if (path.isParenthesizedExpression() || path.isTSNonNullExpression()) return texts(path.get("expression") as NodePath);
  return [];
}

function wordy(found: Site[]): Site[] {
  return found.filter(({ node }) => node.type !== "JSXText" && /^[A-Z]|\s/.test(keyOf(node)) && keyOf(node) !== " ");
}

function sites(ast: b.Node, id: string): Site[] {
  const found = new Set<Site>();
  const add = (more: Site[]): void => more.forEach((site) => found.add(site));
  traverse(ast, {
    JSXText(path) { if (readable(jsxText(path.node.value))) found.add(path); },
    JSXExpressionContainer(path) { if (path.parentPath.isJSXElement() || path.parentPath.isJSXFragment()) add(texts(path.get("expression") as NodePath)); },
    JSXAttribute(path) {
      const value = path.get("value");
      if (!SPOKEN.has(String(path.node.name.name)) || !value.node) return;
      if (value.isStringLiteral()) add(texts(value));
      else if (value.isJSXExpressionContainer()) add(texts(value.get("expression") as NodePath));
    },
    ObjectProperty(path) {
      const key = path.node.key.type === "Identifier" ? path.node.key.name : "";
      if (LISTS.test(id) || NAMED.has(key)) add(texts(path.get("value") as NodePath));
    },
    ReturnStatement(path) { if (path.node.argument) add(wordy(texts(path.get("argument") as NodePath))); },
    ArrowFunctionExpression(path) { if (path.node.body.type !== "BlockStatement") add(wordy(texts(path.get("body")))); },
    CallExpression(path) {
      if (path.node.callee.type === "Identifier" && SAYING.has(path.node.callee.name)) path.get("arguments").forEach((one) => add(wordy(texts(one))));
    },
  });
  return [...found];
}

function parsed(code: string): b.Node {
  const ast = parse(code, { babelrc: false, configFile: false, parserOpts: { plugins: ["typescript", "jsx"] } });
  if (!ast) throw new Error("a source file cannot be read");
  return ast;
}

/** The English words of a source file, as keys. */
export function wordsOf(code: string, id: string): string[] {
  return [...new Set(sites(parsed(code), id).map(({ node }) => (node.type === "JSXText" ? jsxText(node.value).trim() : keyOf(node))))];
}

function called(key: string, args: b.Expression[]): b.CallExpression {
  return b.callExpression(b.identifier("__t"), [b.stringLiteral(key), ...args]);
}

function replace(site: Site): void {
  const { node } = site;
  if (node.type === "JSXText") {
    const text = jsxText(node.value);
    const [head, tail] = [/^\s*/.exec(text)?.[0] ?? "", /\s*$/.exec(text)?.[0] ?? ""];
    const call = called(text.trim(), []);
    const padded = head || tail ? b.templateLiteral(
      [b.templateElement({ raw: head, cooked: head }), b.templateElement({ raw: tail, cooked: tail }, true)], [call]) : call;
    site.replaceWith(b.jsxExpressionContainer(padded));
    return;
  }
  const call = called(keyOf(node), node.type === "TemplateLiteral" ? (node.expressions as b.Expression[]) : []);
  site.replaceWith(site.parentPath.isJSXAttribute() ? b.jsxExpressionContainer(call) : call);
}

/** The file with its words going through `t`. */
export function translated(code: string, id: string): string | null {
  const ast = parsed(code);
  const found = sites(ast, id);
  if (found.length === 0) return null;
  for (const site of found) replace(site);
  const made = transformFromAstSync(ast as b.File, code, { babelrc: false, configFile: false, parserOpts: { plugins: ["typescript", "jsx"] } });
  return `import { t as __t } from "/src/core/language";\n${made?.code ?? ""}`;
}

/** Do so with every file that may hold words. */
export function translating(): Plugin {
  return {
    name: "vedette-words",
    enforce: "pre",
    transform(code, id) {
      return COMPONENT.test(id) && !id.endsWith("core/language.ts") ? translated(code, id) : null;
    },
  };
}
