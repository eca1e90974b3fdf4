/**
 * The screen of `asyncio-ts top`, without a terminal: keys and samples go in, lines come out.
 *
 * States, each a predicate over fields:
 *   table    `opened` undefined: a row for each task, one of them selected
 *   filter   `typing`: the keys are text, which picks the rows; Enter and Escape end it, Escape clears it
 *   detail   `opened` is the number of a task: its warnings, ancestors and recent steps. Escape leads back
 *   quit     `quit`: the caller ends
 * and, independent of them: `paused`: samples are dropped.
 *
 * The selection is a task, not a place: rows change places while one looks. A task that ends gives the selection to
 * the row that takes its place; one that is opened stays open, and is said to have ended.
 */
import stringWidth from "fast-string-width";
import { printable, seconds } from "./describe-wait.js";
import { aligned, stateText } from "./table.js";
import type { Picture, Row } from "./top-watch.js";
import type { TraceEvent } from "./trace.js";

/** A key, as `node:readline` names it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  /** The characters that it sends. */
  readonly sequence?: string | undefined;
}

export const sorts = ["busy", "waiting", "age"] as const;
export type Sort = (typeof sorts)[number];

const HEAD = ["WARN", "ID", "STATE", "NAME", "FUNCTION", "TOTAL", "BUSY", "IDLE", "STEPS", "WAITS FOR"];
const KEYS = "q quit  s sort  / filter  enter open  p pause";
const DETAIL_KEYS = "q quit  esc back  p pause";

/** Returns rows in the order of a sort: the greatest first. */
export function sorted(rows: readonly Row[], sort: Sort): Row[] {
  const by: (row: Row) => number =
    sort === "busy" ? (row) => row.busy : sort === "waiting" ? (row) => row.idle : (row) => row.total;
  return [...rows].sort((a, b) => by(b) - by(a) || a.id - b.id);
}

/** Returns the cells of the table, a row for each task below the titles. */
export function cellsOf(rows: readonly Row[]): string[][] {
  return [
    HEAD,
    ...rows.map((row) =>
      [
        row.warnings.length > 0 ? "⚠" : "",
        `${row.id}`,
        stateText(row),
        row.name,
        row.function,
        seconds(row.total),
        seconds(row.busy),
        seconds(row.idle),
        `${row.steps}`,
        row.waitsFor,
      ].map(printable),
    ),
  ];
}

/** Returns all warnings, those of tasks with their names. */
export function allWarnings({ rows, warnings }: Picture): string[] {
  const ofTasks = rows.flatMap((row) => row.warnings.map((text) => `task ${row.id} ${row.name} ${text}`));
  return [...warnings, ...ofTasks].map((text) => `⚠ ${printable(text)}`);
}

/** How many warnings are shown above the table. */
const MOST_WARNINGS = 5;

export class Screen {
  /** True once the user has asked to quit. */
  quit = false;
  /** The number of the task that is open; undefined if none is. */
  opened: number | undefined = undefined;
  paused = false;
  private sort: Sort;
  private filter = "";
  private typing = false;
  private selected: number | undefined = undefined;
  /** The place of the selected task, for when it ends. */
  private place = 0;
  private picture: Picture | undefined = undefined;
  private recent: readonly TraceEvent[] = [];

  constructor(sort: Sort = "busy") {
    this.sort = sort;
  }

  /** Shows another picture, and the latest events of the task that is open. */
  sampled(picture: Picture, recent: readonly TraceEvent[] = []): void {
    if (this.paused) return;
    this.picture = picture;
    this.recent = recent;
  }

  press(key: Key): void {
    if (key.ctrl === true && key.name === "c") this.quit = true;
    else if (this.typing) this.type(key);
    else if (key.name === "q") this.quit = true;
    else if (key.name === "p") this.paused = !this.paused;
    else if (this.opened !== undefined) {
      if (key.name === "escape" || key.name === "backspace") this.close();
    } else this.pressInTable(key);
  }

  /** Returns the lines of the screen: no more than `height`, none wider than `width`. */
  lines(width: number, height: number): string[] {
    const { picture } = this;
    const all =
      picture === undefined
        ? ["waiting for the first sample …"]
        : this.opened === undefined
          ? this.table(picture, height)
          : this.detail(picture, this.opened);
    return all.slice(0, height).map((line) => cut(line, width));
  }

  private type({ name, sequence = "" }: Key): void {
    if (name === "return" || name === "enter") this.typing = false;
    else if (name === "escape") {
      this.typing = false;
      this.filter = "";
    } else if (name === "backspace") this.filter = this.filter.slice(0, -1);
    else if (/^\P{Cc}$/u.test(sequence)) this.filter += sequence;
  }

  private pressInTable({ name, sequence }: Key): void {
    if (name === "s" || name === "right") this.turnSort(1);
    else if (name === "left") this.turnSort(-1);
    else if (name === "down" || name === "j") this.move(1);
    else if (name === "up" || name === "k") this.move(-1);
    else if (sequence === "/") this.typing = true;
    else if (name === "escape") this.filter = "";
    else if (name === "return" || name === "enter") this.opened = this.shown()[this.find(this.shown())]?.id;
  }

  private turnSort(by: number): void {
    this.sort = sorts[(sorts.indexOf(this.sort) + by + sorts.length) % sorts.length] as Sort;
  }

  private move(by: number): void {
    const rows = this.shown();
    this.place = Math.max(0, Math.min(rows.length - 1, this.find(rows) + by));
    this.selected = rows[this.place]?.id;
  }

  private close(): void {
    this.opened = undefined;
    this.recent = [];
  }

  /** Returns the place of the selected task. */
  private find(rows: readonly Row[]): number {
    const index = rows.findIndex(({ id }) => id === this.selected);
    if (index >= 0) this.place = index;
    else this.place = Math.max(0, Math.min(this.place, rows.length - 1));
    this.selected = rows[this.place]?.id;
    return this.place;
  }

  private shown(): Row[] {
    const { filter } = this;
    const rows = this.picture?.rows ?? [];
    const has = (row: Row): boolean =>
      [row.name, row.function, row.state, row.waitsFor].some((text) => text.includes(filter));
    return sorted(filter === "" ? rows : rows.filter(has), this.sort);
  }

  private table(picture: Picture, height: number): string[] {
    const rows = this.shown();
    const at = this.find(rows);
    const state = `sorted by ${this.sort}${this.paused ? ", paused" : ""}`;
    const head = [`${picture.rows.length} tasks, ${state}    ${KEYS}`];
    if (this.typing || this.filter !== "") head.push(`filter: ${this.filter}${this.typing ? "_" : ""}`);
    const warnings = allWarnings(picture);
    head.push(...warnings.slice(0, MOST_WARNINGS));
    if (warnings.length > MOST_WARNINGS) head.push(`⚠ and ${warnings.length - MOST_WARNINGS} more warnings`);
    const room = Math.max(1, height - head.length - 1);
    const from = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
    const [titles = "", ...lines] = aligned(cellsOf(rows.slice(from, from + room)));
    return [...head, `  ${titles}`, ...lines.map((line, i) => `${from + i === at ? ">" : " "} ${line}`)];
  }

  private detail({ rows, snapshot }: Picture, id: number): string[] {
    const row = rows.find((one) => one.id === id);
    const task = snapshot.tasks.find((one) => one.id === id);
    const title = `task ${id}${this.paused ? ", paused" : ""}    ${DETAIL_KEYS}`;
    if (row === undefined || task === undefined) return [title, "", "It has ended."];
    const names = new Map(snapshot.tasks.map(({ id: other, name }) => [other, name]));
    const nameOf = (other: number): string => `${other} ${names.get(other) ?? "(ended)"}`;
    const group = snapshot.groups.find((one) => one.id === task.group);
    const lines = [
      title,
      "",
      `name       ${row.name}`,
      `function   ${row.function}`,
      `state      ${stateText(row)}`,
      `waits for  ${row.waitsFor}`,
      `total      ${seconds(row.total)}, busy ${seconds(row.busy)}, idle ${seconds(row.idle)}, ${row.steps} steps`,
    ];
    if (group !== undefined) lines.push(`group      ${group.id} ${group.text}`);
    if (task.madeBy !== null) lines.push(`made by    ${task.madeBy.name}`);
    lines.push(...row.warnings.map((text) => `⚠ ${text}`), "", "ancestors");
    const ancestors = ancestorsOf(id, snapshot);
    lines.push(...(ancestors.length === 0 ? ["  none"] : ancestors.map((other) => `  ${nameOf(other)}`)));
    lines.push("", "recent steps");
    if (this.recent.length === 0) lines.push("  none since the start");
    for (let i = this.recent.length - 1; i >= 0; i--) lines.push(describeEvent(this.recent[i] as TraceEvent));
    return lines.map(printable);
  }
}

/** Returns the tasks that a task belongs to: the parent of its group, its maker, or the one that awaits it. */
function ancestorsOf(id: number, { tasks, groups }: Picture["snapshot"]): number[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const parents = new Map(groups.map((group) => [group.id, group.parent]));
  const found = new Set<number>();
  for (let task = byId.get(id); task !== undefined;) {
    const above = parents.get(task.group ?? 0) ?? task.madeBy?.id ?? task.awaitedBy[0];
    if (above === undefined || above === null || above === id || found.has(above)) break;
    found.add(above);
    task = byId.get(above);
  }
  return [...found];
}

function describeEvent(event: TraceEvent): string {
  const at = `  ${(event.time / 1000).toFixed(3)} s  `;
  switch (event.kind) {
    case "step": {
      const then = event.waitsFor === null ? "" : `, then waits for ${event.waitsFor.text}`;
      return `${at}ran for ${event.duration.toFixed(3)} ms${then}`;
    }
    case "wait":
      return `${at}waits for ${event.waitsFor.text}`;
    case "cancel":
      return `${at}was asked to stop`;
    case "end":
      return `${at}${event.outcome}`;
    default:
      return `${at}${event.kind}`;
  }
}

const segmenter = new Intl.Segmenter();

/** Cuts a line to a width, and says so by its last character. */
function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line;
  let text = "";
  let used = 0;
  for (const { segment } of segmenter.segment(line)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    text += segment;
  }
  return `${text}…`;
}
