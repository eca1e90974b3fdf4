/** The words and numbers of the pictures. */
import { printable } from "./describe-wait.js";
import { timeWords, type TimeWords } from "./time-words.js";
import type { TracedTask } from "./trace.js";

const words = timeWords();
export const durationText: TimeWords["durationText"] = words.durationText;
export const ticksOf: TimeWords["ticksOf"] = words.ticksOf;

/** Escapes a text for HTML and XML, also in an attribute. What XML forbids is shown as an escape. */
export function escapeMarkup(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return printable(text)
    .replaceAll(/[\uD800-\uDFFF\uFFFE\uFFFF]/gu, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}

/** Shortens a text; what is left out is an ellipsis. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(1, length - 1)).join("")}…`;
}

/** A number of things: `1 task`, `10,000 tasks`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

export function outcomeText(outcome: TracedTask["outcome"]): string {
  return outcome ?? "not ended";
}

export function titleOf({ name, function: fn }: TracedTask): string {
  return fn === "" || fn === name ? name : `${name} · ${fn}`;
}
