/**
 * A recording as a timeline in SVG.
 *
 * The picture has to be readable at the width of a phone and of a desk, in an `<img>` too, where no script runs. So it
 * has no `viewBox`, which would shrink its text: it is as wide as its place, positions in time are percentages, and
 * sizes of text and of rows are pixels. Texts that need more room than a phone has are hidden by a media query.
 *
 * A row has a line with the name of its task, and below it a bar. A column at the left has the brackets of the groups.
 *
 * States differ in height, filling and outline, so that they are told apart without colours: a step is a dark bar of
 * full height, a wait for time or the network a light one with an outline, a wait for another task a hatched one of
 * half the height, and a task that has not begun a dotted line.
 *
 * The picture is bounded. It has the tasks that lived longest, with those above them, and says how many it left out.
 * A span gets an element of its own, with its text, if it is at least a 200th of the width; all others of a row and
 * state are in one path, in which those closer than a 2,000th of the width are drawn as one.
 */
import { count, durationText, escapeMarkup, outcomeText, shorten, ticksOf, titleOf } from "./picture-text.js";
import { levelsOf, rowsOf, type Level, type Row, type SpanState } from "./timeline.js";
import type { Trace } from "./trace.js";

/** Options for `toSvg()`. */
export interface SvgOptions {
  /** The title; if it is not given, the number of tasks and the duration. */
  readonly title?: string;
  /** How many tasks it shows at most: those that lived longest, with those above them; 100 if not given. */
  readonly tasks?: number;
}

const rowHeight = 42;
const barTop = 18;
const barHeight = 18;
/** A wait for another task is drawn at the lower edge, below its text. */
const blockedHeight = 6;
const indentation = 12;
/** Deeper ones are drawn at this depth: on a phone, no room would be left. */
const deepest = 6;
/** Where the recording begins and ends, in percent of the width of the bars: the marks at its ends need room. */
const start = 1.5;
const end = 96;
/** The least share of the width, in percent, at which a span has an element of its own. */
const wide = 0.5;
/** The least gap, in percent, that is drawn between narrow spans of one state. */
const gap = 0.05;
/** Widths of the picture from which on there is room for longer texts, in pixels. */
const widths = [360, 680, 1080] as const;
const characterWidth = 6.4;

/**
 * Returns a recording as a picture: a timeline in SVG, with a bar for each task. It tells running from waiting, and
 * waiting for a timer or the network from waiting for another task, by height and pattern. It has the names of the tasks
 * and of what they wait for, brackets for groups, marks for cancellations and failures, and the number of tasks
 * that were at work. It is as wide as its place, from a phone's to a desk's, follows the light or dark colours of
 * the reader's system, and uses nothing from elsewhere.
 *
 * @throws RangeError if `tasks` is no whole number above 0.
 *
 * @example
 * ```ts
 * import { toSvg, type Trace } from "@asyncio-ts/inspect";
 *
 * const trace: Trace = {
 *   format: 1, pid: 7, runtime: "node 24.21.0", startedAt: 0, duration: 5, dropped: 0, ended: null,
 *   tasks: [{ id: 1, name: "poller", function: "poll", loop: 2, maker: null, group: null, madeAt: 0, endedAt: 5,
 *     outcome: "returned" }],
 *   groups: [], objects: [],
 *   events: [{ kind: "step", time: 0, duration: 5, task: 1, wokenBy: null, ready: 0, waitsFor: null }],
 * };
 * console.log(/<title.*?<\/title>/.exec(toSvg(trace))?.[0]);
 * // prints: <title id="title">1 task, 5 ms</title>
 * ```
 */
export function toSvg(trace: Trace, options: SvgOptions = {}): string {
  const { tasks: limit = 100 } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`toSvg() shows a whole number of tasks above 0, and not ${limit}`);
  }
  const rows = rowsOf(trace);
  const kept = longest(rows, limit);
  const { duration } = trace;
  const scale = scaleOf(duration);
  const title = options.title ?? `${count(rows.length, "task")}, ${durationText(duration)}`;
  const levels = levelsOf(rows, duration, duration / 200);
  const most = levels.reduce((most, level) => Math.max(most, level.count), 0);
  const notes = notesOf(trace, rows, kept);
  const gutter = 10 + indentation * kept.reduce((most, row) => Math.max(most, depthOf(row)), 0);
  const legend = legendOf(kept);
  const levelsTop = 40 + legend.height;
  const axisTop = levelsTop + 50;
  const rowsTop = axisTop + 20;
  const bottom = rowsTop + kept.length * rowHeight;
  const height = bottom + 8 + notes.length * 18;
  // On a phone, the brackets and the bars need all of the width; elsewhere a strip at the right stays free.
  const share = Math.floor(100 - ((gutter + 12) / widths[0]) * 100);
  const plot = (y: number, content: string): string =>
    `<svg class="plot" x="${gutter}" y="${y}" width="${share}%" height="${rowHeight}">${content}</svg>`;
  const tops = kept.map((_, index) => rowsTop + index * rowHeight);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeMarkup(title)}</title>`,
    `<desc id="desc">${escapeMarkup(describe(kept, most, notes))}</desc>`,
    `<style>${style}</style>`,
    `<defs>${patterns}</defs>`,
    `<rect class="paper" width="100%" height="100%"/>`,
    `<text class="title" x="10" y="22">${escapeMarkup(title)}</text>`,
    `<svg y="34" width="100%" height="${legend.height}">${legend.content}</svg>`,
    `<text class="quiet" x="10" y="${levelsTop + 10}">At work at once: ${most} at most</text>`,
    plot(levelsTop + 16, levelBars(levels, most, scale)),
    plot(axisTop, axisOf(duration, scale, bottom - axisTop)),
    ...bracketsOf(kept, tops),
    ...kept.map((row, index) => labelOf(row, tops[index] as number)),
    ...kept.map((row, index) => plot(tops[index] as number, barOf(row, scale, duration))),
    ...notes.map((note, index) => line("quiet", 10, bottom + 14 + index * 18, note)),
    "</svg>\n",
  ].join("\n");
}

const line = (kind: string, x: number, y: number, text: string): string =>
  `<text class="${kind}" x="${x}" y="${y}">${escapeMarkup(text)}</text>`;

const depthOf = ({ depth }: Row): number => Math.min(depth, deepest);

type Scale = (time: number) => number;

function scaleOf(duration: number): Scale {
  const factor = duration <= 0 ? 0 : (end - start) / duration;
  return (time) => round(start + Math.min(time, duration) * factor);
}

const round = (percent: number): number => Math.round(percent * 1000) / 1000;

/** The tasks that lived longest, at most `limit` with all that are above them, in the order of the rows. */
function longest(rows: readonly Row[], limit: number): Row[] {
  if (rows.length <= limit) return [...rows];
  const byLife = rows.map((_, index) => index);
  const lifeOf = (index: number): number => (rows[index] as Row).to - (rows[index] as Row).from;
  byLife.sort((one, other) => lifeOf(other) - lifeOf(one) || one - other);
  const kept = new Set<number>();
  for (const index of byLife) {
    const missing: number[] = [];
    for (let next = index; next !== -1 && !kept.has(next); next = (rows[next] as Row).parent) {
      missing.push(next);
      // A long chain of tasks does not have to be walked to its end.
      if (kept.size + missing.length > limit) break;
    }
    if (kept.size + missing.length > limit) continue;
    for (const next of missing) kept.add(next);
    if (kept.size === limit) break;
  }
  // All are in one chain that is longer than the limit.
  if (kept.size === 0) return rows.slice(0, limit);
  return rows.filter((_, index) => kept.has(index));
}

const outcomes = ["returned", "failed", "cancelled", null] as const;

function notesOf(trace: Trace, rows: readonly Row[], kept: readonly Row[]): string[] {
  const notes: string[] = [];
  if (kept.length < rows.length) {
    const shown = new Set(kept);
    const left = rows.filter((row) => !shown.has(row));
    const parts = outcomes
      .map((outcome) => [left.filter(({ task }) => task.outcome === outcome).length, outcome] as const)
      .filter(([number]) => number > 0)
      .map(([number, outcome]) => `${number.toLocaleString("en")} ${outcomeText(outcome)}`);
    notes.push(`Not shown: ${count(left.length, "task")} that lived shorter (${parts.join(", ")}).`);
  }
  if (trace.dropped > 0) notes.push(`The first ${count(trace.dropped, "event")} were not kept.`);
  if (trace.ended !== null) notes.push(`The program ended: ${shorten(trace.ended, 160)}`);
  return notes.flatMap((note) => wrap(note, 58));
}

/** Breaks a text into lines of about so many characters: SVG has no lines, and a phone is narrow. */
function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Describes the picture, for who can't see it: the first ten tasks in words. */
function describe(rows: readonly Row[], most: number, notes: readonly string[]): string {
  const sentences = rows.slice(0, 10).map((row) => `${titleOf(row.task)} ${lifeText(row)}.`);
  if (rows.length > sentences.length) sentences.push(`And ${rows.length - sentences.length} more.`);
  return [
    `A timeline with a bar for each task. At most ${most} were at work at once.`,
    ...sentences,
    ...notes,
  ].join(" ");
}

/** `returned after 3 s, ran 2 ms`. */
function lifeText({ task, from, to, spans }: Row): string {
  const busy = spans.reduce((sum, { state, from, to }) => sum + (state === "running" ? to - from : 0), 0);
  return `${outcomeText(task.outcome)} after ${durationText(to - from)}, ran ${durationText(busy)}`;
}

const patterns =
  `<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
  `<path class="hatch" d="M1 0V5"/></pattern>` +
  `<symbol id="returned" overflow="visible"><path class="mark" d="M1 5l3 3 5-7"/></symbol>` +
  `<symbol id="failed" overflow="visible"><path class="mark fails" d="M1 1l8 8M9 1l-8 8"/></symbol>` +
  `<symbol id="cancelled" overflow="visible"><path class="mark ends" d="M1 5a4 4 0 1 1 8 0a4 4 0 1 1-8 0M2 8l6-6"/></symbol>` +
  `<symbol id="open" overflow="visible"><path class="mark" d="M0 5h8M5 2l3 3-3 3"/></symbol>` +
  `<symbol id="cancel" overflow="visible"><path class="cancel" d="M-4-5h8l-4 8z"/></symbol>`;

const glyph = (name: string, x: number, y: number): string =>
  `<use href="#${name}" x="${x}" y="${y}" width="10" height="10"/>`;

/** The shape of a state, in a box of the height of a bar; `width` with its unit. */
function shapeOf(state: SpanState, width: string): string {
  const rect = (y: number, height: number): string =>
    `<rect class="${state}" y="${y}" width="${width}" height="${height}"/>`;
  switch (state) {
    case "running":
      return rect(0, barHeight);
    case "waiting":
      return rect(0.5, barHeight - 1);
    case "blocked":
      return rect(barHeight - blockedHeight, blockedHeight);
    case "scheduled":
      return `<line class="scheduled" y1="${barHeight - 3}" x2="${width}" y2="${barHeight - 3}"/>`;
  }
}

/** Explains what is in the picture, and nothing else, in two columns. */
function legendOf(rows: readonly Row[]): { readonly content: string; readonly height: number } {
  const states = new Set(rows.flatMap(({ spans }) => [...new Set(spans.map(({ state }) => state))]));
  const ends = new Set(rows.map(({ task }) => task.outcome));
  const entries: string[] = [];
  const entry = (shape: string, text: string): void =>
    void entries.push(`${shape}<text x="34" y="13">${text}</text>`);
  const span = (state: SpanState, text: string): void => {
    if (states.has(state)) entry(shapeOf(state, "26"), text);
  };
  span("running", "runs");
  span("waiting", "waits: time, network …");
  span("blocked", "waits for another task");
  span("scheduled", "has not begun");
  for (const outcome of outcomes) {
    if (ends.has(outcome)) entry(glyph(outcome ?? "open", 8, 4), outcomeText(outcome));
  }
  if (rows.some(({ cancels }) => cancels.length > 0)) {
    entry(glyph("cancel", 13, 9), "is asked to stop");
  }
  const placed = entries.map((content, index) => {
    const place = `x="${index % 2 === 0 ? 0 : 185}" y="${Math.floor(index / 2) * 22}"`;
    return `<svg ${place} height="20"><g transform="translate(10)">${content}</g></svg>`;
  });
  return { content: placed.join(""), height: Math.ceil(entries.length / 2) * 22 };
}

/** How many tasks were at work, as steps; the highest is `levelHeight` high. */
function levelBars(levels: readonly Level[], most: number, scale: Scale): string {
  const levelHeight = 26;
  const bars = levels.map(({ from, to, count }) => {
    const x = scale(from);
    const width = round(scale(to) - x);
    const height = most === 0 ? 0 : round((levelHeight * count) / most);
    const y = height < 13 ? levelHeight - height - 2 : levelHeight - 2;
    const text = width < 4 ? "" : `<text class="in" x="50%" y="${y}" text-anchor="middle">${count}</text>`;
    const rect = `<rect class="level" y="${levelHeight - height}" width="100%" height="${height}"/>`;
    return width <= 0 ? "" : `<svg x="${x}%" width="${width}%" height="${levelHeight}">${rect}${text}</svg>`;
  });
  return bars.join("");
}

function axisOf(duration: number, scale: Scale, height: number): string {
  const ticks = ticksOf(0, duration).map(({ time, text, major }) => {
    const x = scale(time);
    const grid = `<line class="grid" x1="${x}%" x2="${x}%" y1="14" y2="${height}"/>`;
    const anchor = time === 0 ? "start" : "middle";
    const label = `<text class="quiet" x="${x}%" y="10" text-anchor="${anchor}">${text}</text>`;
    return major ? grid + label : `<g class="minor">${grid}${label}</g>`;
  });
  return ticks.join("");
}

/** A bracket for each group, at the left of its tasks. */
function bracketsOf(rows: readonly Row[], tops: readonly number[]): string[] {
  const groups = new Map<number, { x: number; from: number; to: number; tasks: number }>();
  for (const [index, row] of rows.entries()) {
    const { group } = row.task;
    if (group === null) continue;
    const top = tops[index] as number;
    const bracket = groups.get(group) ?? {
      x: 3 + indentation * depthOf(row),
      from: top + 3,
      to: 0,
      tasks: 0,
    };
    bracket.to = top + barTop + barHeight;
    bracket.tasks += 1;
    groups.set(group, bracket);
  }
  return [...groups].map(
    ([id, { x, from, to, tasks }]) =>
      `<path class="bracket" d="M${x + 4} ${from}H${x}V${to}H${x + 4}"><title>group ${id}: ${count(tasks, "task")}</title></path>`,
  );
}

function labelOf(row: Row, top: number): string {
  const x = 10 + indentation * depthOf(row);
  const { name, function: fn, outcome } = row.task;
  const details =
    fn === "" || fn === name ? "" : ` <tspan class="quiet">${escapeMarkup(shorten(fn, 24))}</tspan>`;
  return (
    `<g>${glyph(outcome ?? "open", x, top + 3)}` +
    `<text class="name" x="${x + 15}" y="${top + 13}">${escapeMarkup(shorten(name, 28))}${details}</text>` +
    `<text class="quiet life" x="98%" y="${top + 13}" text-anchor="end">${escapeMarkup(lifeText(row))}</text>` +
    `<title>${escapeMarkup(`${titleOf(row.task)}: ${lifeText(row)}`)}</title></g>`
  );
}

function barOf({ task, to, spans, cancels }: Row, scale: Scale, duration: number): string {
  const wides: string[] = [];
  const narrow = new Map<SpanState, { from: number; to: number }[]>();
  for (const span of spans) {
    const x = scale(span.from);
    const width = round(scale(span.to) - x);
    if (width >= wide) {
      wides.push(
        wideSpan(span.state, x, width, span.state === "running" ? "" : span.text, span.to - span.from),
      );
      continue;
    }
    const lines = narrow.get(span.state);
    const last = lines?.at(-1);
    if (lines === undefined) narrow.set(span.state, [{ from: x, to: x + width }]);
    else if (last !== undefined && x - last.to < gap) last.to = x + width;
    else lines.push({ from: x, to: x + width });
  }
  const marks = cancels.map(
    ({ time, message }) =>
      `<svg x="${scale(time)}%" y="${barTop}" class="at">${glyph("cancel", 0, 0)}` +
      `<title>${escapeMarkup(`is asked to stop at ${durationText(time)}${message === null ? "" : `: ${message}`}`)}</title></svg>`,
  );
  // A task has one mark for each time that can be told apart.
  const shown = marks.filter((mark, index) => mark.split('"', 2)[1] !== marks[index - 1]?.split('"', 2)[1]);
  const isOver = task.outcome !== null && to <= duration;
  const last = isOver
    ? `<svg x="${scale(to)}%" y="${barTop}" class="at">${glyph(task.outcome ?? "open", 4, 4)}</svg>`
    : "";
  return wides.join("") + narrowSpans(narrow) + shown.join("") + last;
}

function wideSpan(state: SpanState, x: number, width: number, text: string, duration: number): string {
  const words = text === "" ? durationText(duration) : text;
  const title = text === "" ? `runs ${words}` : `waits ${durationText(duration)}: ${text}`;
  const fitting = widths.map((picture) => {
    const room = Math.floor(((picture - 40) * (width / 100) - 8) / characterWidth);
    if ([...words].length <= room) return words;
    return room < 6 ? "" : shorten(words, room);
  });
  const isSame = fitting.every((one) => one === fitting[0]);
  const texts = (isSame ? fitting.slice(0, 1) : fitting).map((one, index) =>
    one === ""
      ? ""
      : `<text class="in ${state}-text${isSame ? "" : ` room${index}`}" x="4" y="${state === "blocked" ? 10 : 13}">${escapeMarkup(one)}</text>`,
  );
  return (
    `<svg x="${x}%" y="${barTop}" width="${width}%" height="${barHeight}">` +
    `<title>${escapeMarkup(title)}</title>${shapeOf(state, "100%")}${texts.join("")}</svg>`
  );
}

/** Narrow spans: lines in a box that is stretched to the width, whose strokes are not. */
function narrowSpans(narrow: ReadonlyMap<SpanState, readonly { from: number; to: number }[]>): string {
  const units = (percent: number): number => Math.round(percent * 1000);
  // Steps stand above the waits around them.
  const states = (["scheduled", "blocked", "waiting", "running"] as const).filter((state) =>
    narrow.has(state),
  );
  const paths = states.map((state) => {
    const lines = narrow.get(state) ?? [];
    const middle =
      state === "blocked" ? barHeight - blockedHeight / 2 : state === "scheduled" ? 15 : barHeight / 2;
    // A step that took no time is a line all the same.
    const path =
      state === "running"
        ? lines.map(({ from, to }) => `M${units(from)} 0V${barHeight}H${units(to)}V0z`)
        : lines.map(({ from, to }) => `M${units(from)} ${middle}H${units(to)}`);
    return `<path class="narrow ${state}-line" d="${path.join("")}"/>`;
  });
  if (paths.length === 0) return "";
  return `<svg y="${barTop}" width="100%" height="${barHeight}" viewBox="0 0 100000 ${barHeight}" preserveAspectRatio="none">${paths.join("")}</svg>`;
}

const [, middle, large] = widths;
const style = `
svg{--paper:#fff;--ink:#1f2328;--quiet:#57606a;--grid:#d8dee4;--run:#0550ae;--wait:#d4ecda;--edge:#1a7f37;--block:#953800;--fail:#b42318;--end:#6639ba;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6edf3;--quiet:#9da7b3;--grid:#30363d;--run:#79b8ff;--wait:#173a26;--edge:#56b377;--block:#e0a458;--fail:#ff8a80;--end:#c4a5ff}}
text{fill:var(--ink)}.paper{fill:var(--paper)}.title{font-size:15px;font-weight:600}.name{font-weight:600}.quiet{fill:var(--quiet);font-weight:400}
.plot,.at{overflow:visible}.in{font-size:11px}
.grid{stroke:var(--grid)}.bracket{fill:none;stroke:var(--quiet);stroke-width:1.5}
.level{fill:var(--wait);stroke:var(--edge);stroke-width:1}
.running{fill:var(--run)}.running-text{fill:var(--paper)}.waiting{fill:var(--wait);stroke:var(--edge)}
.blocked{fill:url(#hatch);stroke:var(--block);stroke-width:.75}.hatch{stroke:var(--block);stroke-width:2}
.scheduled{stroke:var(--quiet);stroke-width:2;stroke-dasharray:2 3}
.narrow{fill:none;vector-effect:non-scaling-stroke}.running-line{fill:var(--run);stroke:var(--run);stroke-width:2}
.waiting-line{stroke:var(--edge);stroke-width:${barHeight - 1}}.blocked-line{stroke:var(--block);stroke-width:${blockedHeight}}.scheduled-line{stroke:var(--quiet);stroke-width:2}
.mark{fill:none;stroke:var(--ink);stroke-width:1.75}.fails{stroke:var(--fail)}.ends{stroke:var(--end)}.cancel{fill:var(--end);stroke:var(--paper)}
.life,.minor,.room1,.room2{display:none}
@media (max-width:480px){.title{font-size:13px}}
@media (min-width:${middle}px){.life,.minor,.room1{display:inline}.room0{display:none}}
@media (min-width:${large}px){.room2{display:inline}.room1{display:none}}
`;
