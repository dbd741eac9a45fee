/** Reports as files: fetched, saved, or in words why not. */
import { createSignal } from "solid-js";
import { csrf } from "./session";

/** The statement as somebody changed it: it is there when Reports are opened again. null: nobody did. */
const [keptStatement, keepStatement] = createSignal<string | null>(null);
export { keptStatement, keepStatement };

/** Let the browser save a file under a name. */
export function saveAs(data: Blob, name: string): void {
  const url = URL.createObjectURL(data);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Save the report as PDF; gives why not, or "". */
export const reportPdf = (): Promise<string> => saved("/api/incident.pdf", "incident.pdf");

/** Save a statement as PDF as it stands; gives why not, or "". */
export function statementPdf(text: string): Promise<string> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  const token = csrf();
  if (token) headers["X-Vedette-CSRF"] = token;
  return saved("/api/incident/statement.pdf", "statement.pdf", {
    method: "POST", headers, body: JSON.stringify({ text }),
  });
}

async function saved(path: string, name: string, asked: RequestInit = {}): Promise<string> {
  try {
    const answer = await fetch(path, asked);
    if (answer.ok) {
      saveAs(await answer.blob(), name);
      return "";
    }
    const { error } = (await answer.json()) as { error?: string };
    return `No PDF: ${error ?? answer.statusText}`;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return "The service does not answer.";
    throw error;
  }
}
