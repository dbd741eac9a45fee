/** Which dialog is open: at most one, beside the login that may lie over it. */
import { createSignal } from "solid-js";
import type { Outcome } from "../generated/model";

/** A question that wants a reason in words before something is done. */
export interface ReasonAsked {
  kind: "reason";
  title: string;
  text: string;
  facts?: string[];
  label: string;
  suggestions: string[];
  confirm: string;
  needed: boolean;
  run: (reason: string) => Promise<boolean>;
}

/** A question answered by staying, or by going on all the same. */
export interface SureAsked {
  kind: "sure";
  title: string;
  text: string;
  word: string;
  run: () => void;
}

export type DialogAsked =
  | ReasonAsked
  | SureAsked
  | { kind: "identify"; trackId: number }
  | { kind: "note" }
  | { kind: "zones" }
  | { kind: "belong"; trackId: number }
  | { kind: "engage"; trackId: number }
  | { kind: "outcome"; engagementId: number; suggested: Outcome }
  | { kind: "control" }
  | { kind: "me" }
  | { kind: "audit" }
  | { kind: "brief" }
  | { kind: "exhibit"; engagementId: number | null }
  | { kind: "sighting" }
  | { kind: "views" }
  | { kind: "whatif" }
  | { kind: "exercise" }
  | { kind: "reports" }
  | { kind: "keys" };

const [dialog, setDialog] = createSignal<DialogAsked | null>(null);
export { dialog };

let cameFrom: HTMLElement | null = null;

export function openDialog(asked: DialogAsked): void {
  if (!dialog()) cameFrom = document.activeElement as HTMLElement | null;
  setDialog(asked);
}

/** Close, and put the focus back where it was. */
export function closeDialog(): void {
  if (!dialog()) return;
  setDialog(null);
  const back = cameFrom;
  cameFrom = null;
  if (back?.isConnected) back.focus();
}
