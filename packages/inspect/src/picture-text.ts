/** The words and numbers of the pictures. */
import { printable } from "./describe-wait.js";
import type { TracedTask } from "./trace.js";

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

/** A duration in words: `350 ms`, `2.4 s`, `12 µs`. */
export function durationText(milliseconds: number): string {
  const { size, name } = unitOf(milliseconds);
  return `${Number((milliseconds / size).toPrecision(3))} ${name}`;
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

interface Unit {
  readonly size: number;
  readonly name: string;
}

function unitOf(milliseconds: number): Unit {
  if (milliseconds >= 3_600_000) return { size: 3_600_000, name: "h" };
  if (milliseconds >= 120_000) return { size: 60_000, name: "min" };
  if (milliseconds >= 1000) return { size: 1000, name: "s" };
  if (milliseconds >= 1 || milliseconds === 0) return { size: 1, name: "ms" };
  return { size: 0.001, name: "µs" };
}

export interface Tick {
  readonly time: number;
  readonly text: string;
  /** Every tick that a narrow picture has, too. */
  readonly major: boolean;
}

/** The ticks of a time axis: at most 11, at multiples of 1, 2 or 5, all in one unit. */
export function ticksOf(duration: number): Tick[] {
  if (duration <= 0) return [{ time: 0, text: "0 ms", major: true }];
  const { size, name } = unitOf(duration);
  const rough = duration / size / 10;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * (1 - 1e-9)) as number;
  const ticks: Tick[] = [];
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const count = Math.floor(duration / size / step + 1e-9);
  const every = count > 5 ? 2 : 1;
  for (let index = 0; index <= count; index++) {
    const text = `${index === 0 ? 0 : (index * step).toFixed(digits)} ${name}`;
    ticks.push({ time: index * step * size, text, major: index % every === 0 });
  }
  return ticks;
}
