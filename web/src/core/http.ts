/** Asking the service over HTTP. */

export interface Refusal {
  status: number;
  error: string;
}

/** Get JSON, or null where the service cannot answer now. */
export async function getJson<T>(path: string): Promise<T | null> {
  try {
    const answer = await fetch(path, { headers: { accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Post JSON or a form; gives the answer, or why it was refused in words. */
export async function post<T>(
  path: string, body: unknown, csrf: string | null,
): Promise<T | Refusal> {
  const headers: Record<string, string> = csrf ? { "X-Vedette-CSRF": csrf } : {};
  const form = body instanceof FormData;
  if (!form) headers["content-type"] = "application/json";
  try {
    const payload = form ? body : JSON.stringify(body);
    const answer = await fetch(path, { method: "POST", headers, body: payload });
    const text = await answer.text();
    const parsed = (text ? JSON.parse(text) : {}) as T & { error?: string };
    return answer.ok ? parsed : { status: answer.status, error: parsed.error ?? answer.statusText };
  } catch (error) {
    if (error instanceof TypeError) return { status: 0, error: "the service does not answer" };
    if (error instanceof SyntaxError) return { status: 0, error: "the answer was not readable" };
    throw error;
  }
}

export function refused<T>(answer: T | Refusal): answer is Refusal {
  return typeof answer === "object" && answer !== null && "status" in answer && "error" in answer;
}
