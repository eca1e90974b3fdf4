/// <reference lib="dom" />
/**
 * The script of the page that `toHtml` writes. The text of `viewTimeline` goes into the page, so it uses nothing from
 * outside itself but its arguments and the DOM.
 *
 * Only the rows that are in sight are drawn, on a canvas, and of a row only the spans that are in sight; those that fall
 * onto one pixel are drawn once. So a frame costs as much as there is to see, not as there was recorded. The canvas stays
 * where it is (`position: sticky`) while an element of the height of all rows scrolls below it: so the bar, the keys and the
 * fingers of the browser scroll.
 *
 * What the canvas shows has other ways to those who can't see it or have no mouse: the arrow keys select a task, a live
 * region says which, and Enter opens its details, which are plain HTML.
 *
 * Names are only ever set as text, never as HTML.
 */
import type { TimeWords } from "./time-words.js";

/** A recording as the page has it: compact, since it may have a million events. */
export interface View {
  readonly duration: number;
  /** Names of waits, which spans refer to. */
  readonly texts: readonly string[];
  readonly rows: readonly ViewRow[];
}

interface ViewRow {
  readonly id: number;
  readonly name: string;
  readonly function: string;
  readonly depth: number;
  readonly group: number | null;
  readonly maker: number | null;
  readonly madeAt: number;
  readonly from: number;
  readonly to: number;
  readonly outcome: string | null;
  /** Time, who asked, message. */
  readonly cancels: readonly (readonly [number, number | null, string | null])[];
  /** For each span five numbers: state, from, to, index of its text, task that woke it or 0. */
  readonly spans: readonly number[];
}

export function viewTimeline({ durationText, ticksOf }: TimeWords): void {
  const running = 0;
  const waiting = 1;
  const blocked = 2;
  const scheduled = 3;
  const fields = 5;
  const axisHeight = 26;
  const barHeight = 18;
  const indentation = 12;
  const deepest = 8;

  const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
  const scroller = element("scroller");
  const space = element("space");
  const canvas = element<HTMLCanvasElement>("chart");
  const details = element("details");
  const filter = element<HTMLInputElement>("filter");
  const outcome = element<HTMLSelectElement>("outcome");
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const view = JSON.parse(element("recording").textContent as string) as View;
  const byId = new Map(view.rows.map((row) => [row.id, row]));
  const duration = view.duration || 1;

  let rows = view.rows;
  let selected: ViewRow | undefined;
  /** The time in sight. */
  let from = 0;
  let to = duration;
  let width = 0;
  let height = 0;
  let nameWidth = 0;
  let rowHeight = 26;
  let isDue = false;

  const titleOf = (row: ViewRow): string =>
    row.function === "" || row.function === row.name ? row.name : `${row.name} · ${row.function}`;
  const nameOf = (id: number): string => byId.get(id)?.name ?? `task ${id}`;
  const lifeText = (row: ViewRow): string =>
    `${row.outcome ?? "not ended"} after ${durationText(row.to - row.from)}`;

  // ---- Time and pixels -------------------------------------------------------------------------------------------
  const left = (): number => nameWidth + 6;
  const right = (): number => width - 22;
  const toX = (time: number): number => left() + ((time - from) / (to - from)) * (right() - left());
  const toTime = (x: number): number => from + ((x - left()) / (right() - left())) * (to - from);

  /** Shows a part of the time, moved so that it is within the recording. */
  function show(newFrom: number, newTo: number): void {
    // Below a tenth of a nanosecond, doubles can't tell pixels apart.
    const length = Math.min(duration, Math.max(newTo - newFrom, duration * 1e-9, 1e-4));
    from = Math.min(Math.max(0, newFrom), duration - length);
    to = from + length;
    redraw();
  }

  function zoom(factor: number, around: number = (from + to) / 2): void {
    const length = Math.min(duration, (to - from) * factor);
    const share = (around - from) / (to - from);
    show(around - share * length, around + (1 - share) * length);
  }

  // ---- Drawing ---------------------------------------------------------------------------------------------------
  let colors: Record<string, string> = {};
  let hatch: CanvasPattern | null = null;

  function readColors(): void {
    const style = getComputedStyle(document.documentElement);
    const names = ["paper", "ink", "quiet", "grid", "run", "wait", "edge", "block", "fail", "end", "chosen"];
    colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d") as CanvasRenderingContext2D;
    pen.strokeStyle = colors["block"] as string;
    pen.lineWidth = 2;
    for (const x of [-6, 0, 6]) {
      pen.moveTo(x - 1, 7);
      pen.lineTo(x + 7, -1);
    }
    pen.stroke();
    hatch = context.createPattern(tile, "repeat");
  }

  function redraw(): void {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  }

  function measure(): void {
    width = scroller.clientWidth;
    height = scroller.clientHeight;
    nameWidth = width >= 640 ? 240 : 0;
    rowHeight = nameWidth > 0 ? 28 : 42;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    space.style.height = `${Math.max(height, axisHeight + rows.length * rowHeight + 8)}px`;
    redraw();
  }

  function draw(): void {
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors["paper"] as string;
    context.fillRect(0, 0, width, height);
    drawAxis();
    const scrolled = scroller.scrollTop;
    const first = Math.max(0, Math.floor(scrolled / rowHeight));
    const last = Math.min(rows.length, Math.ceil((scrolled + height - axisHeight) / rowHeight));
    context.save();
    context.beginPath();
    context.rect(0, axisHeight, width, height);
    context.clip();
    for (let index = first; index < last; index++) {
      drawRow(rows[index] as ViewRow, axisHeight + index * rowHeight - scrolled);
    }
    context.restore();
    element("range").textContent = `${durationText(from)} – ${durationText(to)}`;
    element("shown").textContent =
      rows.length === view.rows.length
        ? `${rows.length} tasks`
        : `${rows.length} of ${view.rows.length} tasks`;
  }

  function drawAxis(): void {
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    for (const { time, text, major } of ticksOf(from, to)) {
      if (!major && width < 900) continue;
      const x = Math.round(toX(time)) + 0.5;
      context.strokeStyle = colors["grid"] as string;
      context.lineWidth = 1;
      line(x, axisHeight - 6, x, height);
      context.fillStyle = colors["quiet"] as string;
      const half = context.measureText(text).width / 2;
      context.fillText(text, Math.min(width - half - 2, Math.max(x, left() + half - 4)), 14);
    }
    context.textAlign = "left";
  }

  function line(x1: number, y1: number, x2: number, y2: number): void {
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  }

  function drawRow(row: ViewRow, y: number): void {
    if (row === selected) {
      context.fillStyle = colors["chosen"] as string;
      context.fillRect(0, y, width, rowHeight);
    }
    const top = y + (nameWidth > 0 ? 5 : 20);
    context.save();
    context.beginPath();
    context.rect(left() - 4, y, right() - left() + 26, rowHeight);
    context.clip();
    drawSpans(row, top);
    for (const [time] of row.cancels) drawRequest(toX(time), top);
    if (row.outcome !== null && row.to <= to) drawMark(row.outcome, toX(row.to) + 5, top + 4);
    context.restore();
    drawName(row, y);
  }

  /** The first span that ends after a time. */
  function firstAfter(spans: readonly number[], time: number): number {
    let low = 0;
    let high = spans.length / fields;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle * fields + 2] as number) < time) low = middle + 1;
      else high = middle;
    }
    return low * fields;
  }

  function drawSpans({ spans }: ViewRow, top: number): void {
    const lastPixels = [-1, -1, -1, -1];
    const narrowSteps: number[] = [];
    for (let at = firstAfter(spans, from); at < spans.length; at += fields) {
      const begin = spans[at + 1] as number;
      if (begin > to) break;
      const state = spans[at] as number;
      // Far outside of the canvas, its coordinates lose their precision.
      const x = Math.max(toX(begin), -10);
      const span = Math.min(toX(spans[at + 2] as number), width + 10) - x;
      if (span < 1.5) {
        const pixel = Math.floor(x);
        if (lastPixels[state] === pixel) continue;
        lastPixels[state] = pixel;
        if (state === running) narrowSteps.push(pixel);
        else drawSpan(state, pixel, 1.5, top);
      } else {
        drawSpan(state, x, span, top);
        drawText(
          state,
          state === running ? durationText((spans[at + 2] as number) - begin) : textAt(spans, at),
          x,
          span,
          top,
        );
      }
    }
    // A step is there even if it took no time, and above the waits beside it.
    for (const pixel of narrowSteps) drawSpan(running, pixel - 0.5, 2, top);
  }

  const textAt = (spans: readonly number[], at: number): string => view.texts[spans[at + 3] as number] ?? "";

  function drawSpan(state: number, x: number, span: number, top: number): void {
    if (state === running) {
      context.fillStyle = colors["run"] as string;
      context.fillRect(x, top, span, barHeight);
    } else if (state === waiting) {
      context.fillStyle = colors["wait"] as string;
      context.fillRect(x, top, span, barHeight);
      context.strokeStyle = colors["edge"] as string;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, top + 0.5, Math.max(0, span - 1), barHeight - 1);
    } else if (state === blocked) {
      context.fillStyle = span < 4 ? (colors["block"] as string) : (hatch as CanvasPattern);
      context.fillRect(x, top + barHeight - 6, span, 6);
      context.strokeStyle = colors["block"] as string;
      context.lineWidth = 0.75;
      context.strokeRect(x + 0.5, top + barHeight - 6, Math.max(0, span - 1), 6);
    } else if (state === scheduled) {
      context.strokeStyle = colors["quiet"] as string;
      context.lineWidth = 2;
      context.setLineDash([2, 3]);
      line(x, top + barHeight - 3, x + span, top + barHeight - 3);
      context.setLineDash([]);
    }
  }

  /** Writes a text into a span, at its left or at the left of what is in sight of it, as far as there is room. */
  function drawText(state: number, text: string, x: number, span: number, top: number): void {
    const start = Math.max(x, left()) + 4;
    const room = x + span - start - 2;
    if (state === scheduled || room < 24) return;
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = colors[state === running ? "paper" : "ink"] as string;
    context.fillText(shorten(text, room), start, top + (state === blocked ? 9 : 13));
  }

  function shorten(text: string, room: number): string {
    if (context.measureText(text).width <= room) return text;
    let length = Math.floor(room / 6);
    while (length > 0 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
    return length < 2 ? "" : `${text.slice(0, length)}…`;
  }

  function drawRequest(x: number, top: number): void {
    context.fillStyle = colors["end"] as string;
    context.beginPath();
    context.moveTo(x - 4, top - 4);
    context.lineTo(x + 4, top - 4);
    context.lineTo(x, top + 4);
    context.fill();
  }

  /** A tick, a cross, a circle with a bar, an arrow: at the end of a bar, and before a name. */
  function drawMark(kind: string | null, x: number, y: number): void {
    const color = kind === "failed" ? "fail" : kind === "cancelled" ? "end" : "ink";
    context.strokeStyle = colors[color] as string;
    context.lineWidth = 1.75;
    if (kind === "returned") {
      line(x + 1, y + 5, x + 4, y + 8);
      line(x + 4, y + 8, x + 9, y + 1);
    } else if (kind === "failed") {
      line(x + 1, y + 1, x + 9, y + 9);
      line(x + 9, y + 1, x + 1, y + 9);
    } else if (kind === "cancelled") {
      context.beginPath();
      context.arc(x + 5, y + 5, 4, 0, 7);
      context.stroke();
      line(x + 2, y + 8, x + 8, y + 2);
    } else {
      line(x, y + 5, x + 8, y + 5);
      line(x + 5, y + 2, x + 8, y + 5);
      line(x + 8, y + 5, x + 5, y + 8);
    }
  }

  function drawName(row: ViewRow, y: number): void {
    const x = 8 + indentation * Math.min(deepest, row.depth);
    const room = (nameWidth > 0 ? nameWidth : width) - x - 20;
    const baseline = y + (nameWidth > 0 ? 18 : 14);
    drawMark(row.outcome, x, baseline - 9);
    context.font = "600 12px system-ui, sans-serif";
    context.fillStyle = colors["ink"] as string;
    const name = shorten(row.name, room);
    context.fillText(name, x + 15, baseline);
    const used = context.measureText(name).width + 6;
    if (row.function === "" || row.function === row.name) return;
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = colors["quiet"] as string;
    context.fillText(shorten(row.function, room - used), x + 15 + used, baseline);
  }

  // ---- Selection and details -------------------------------------------------------------------------------------
  function select(row: ViewRow): void {
    selected = row;
    const index = rows.indexOf(row);
    const top = index * rowHeight;
    const inSight = height - axisHeight - rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + inSight) scroller.scrollTop = top - inSight;
    element("said").textContent = `${titleOf(row)}, ${lifeText(row)}, ${index + 1} of ${rows.length}`;
    redraw();
  }

  /** Shows a task that a filter may hide. */
  function goTo(row: ViewRow): void {
    if (!rows.includes(row)) {
      filter.value = "";
      outcome.value = "";
      applyFilter();
    }
    select(row);
    openDetails(row);
  }

  function node(name: string, ...children: (Node | string)[]): HTMLElement {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  }

  /** The name of a task, which leads to it if it was recorded. */
  function linkTo(id: number): Node | string {
    const row = byId.get(id);
    if (row === undefined) return nameOf(id);
    const button = node("button", titleOf(row));
    button.className = "link";
    button.addEventListener("click", () => goTo(row));
    return button;
  }

  const times = (number: number): string => (number === 1 ? "once" : `${number} times`);

  /** Lists the most frequent, or longest, of what was counted. */
  function listOf<K>(
    counted: ReadonlyMap<K, readonly [number, number]>,
    item: (key: K, values: readonly [number, number]) => HTMLElement,
  ): HTMLElement {
    const most = [...counted].sort(([, [, one]], [, [, other]]) => other - one);
    const items = most.slice(0, 20).map(([key, values]) => item(key, values));
    if (most.length > items.length) items.push(node("li", `and ${most.length - items.length} more`));
    return node("ul", ...items);
  }

  function openDetails(row: ViewRow): void {
    const waits = new Map<string, readonly [number, number]>();
    const wakers = new Map<number, readonly [number, number]>();
    let steps = 0;
    let busy = 0;
    for (let at = 0; at < row.spans.length; at += fields) {
      const length = (row.spans[at + 2] as number) - (row.spans[at + 1] as number);
      if (row.spans[at] === running) {
        steps += 1;
        busy += length;
        const waker = row.spans[at + 4] as number;
        if (waker !== 0) {
          const count = (wakers.get(waker)?.[0] ?? 0) + 1;
          wakers.set(waker, [count, count]);
        }
      } else {
        const text = textAt(row.spans, at);
        const [count, time] = waits.get(text) ?? [0, 0];
        waits.set(text, [count + 1, time + length]);
      }
    }
    const list = node("dl");
    const add = (term: string, ...values: (Node | string)[]): void =>
      list.append(node("dt", term), node("dd", ...values));
    add("Function", row.function || "unknown");
    add("Number", String(row.id));
    add("Outcome", lifeText(row));
    const made = row.madeAt < 0 ? "before the recording" : `at ${durationText(row.madeAt)}`;
    if (row.maker === null) add("Made", made);
    else add("Made", `${made} by `, linkTo(row.maker));
    add("Group", row.group === null ? "none" : `group ${row.group}`);
    add("Steps", `${steps}, ran ${durationText(busy)}`);
    if (waits.size > 0) {
      const item = (text: string, [count, time]: readonly [number, number]): HTMLElement =>
        node("li", `${text}: ${durationText(time)}, ${times(count)}`);
      add("Waited for", listOf(waits, item));
    }
    if (wakers.size > 0) {
      add(
        "Woken by",
        listOf(wakers, (id, [count]) => node("li", linkTo(id), `, ${times(count)}`)),
      );
    }
    if (row.cancels.length > 0) {
      const items = row.cancels.slice(0, 20).map(([time, by, message]) => {
        const item = node("li", `at ${durationText(time)}`);
        if (by !== null) item.append(" by ", linkTo(by));
        if (message !== null) item.append(`: ${message}`);
        return item;
      });
      add("Asked to stop", node("ul", ...items));
    }
    element("details-title").textContent = row.name;
    element("details-body").replaceChildren(list);
    details.hidden = false;
  }

  function closeDetails(): void {
    details.hidden = true;
    canvas.focus();
  }

  function applyFilter(): void {
    const text = filter.value.trim().toLowerCase();
    const wanted = outcome.value;
    rows = view.rows.filter(
      (row) =>
        (text === "" || titleOf(row).toLowerCase().includes(text)) &&
        (wanted === "" || (wanted === "asked" ? row.cancels.length > 0 : (row.outcome ?? "open") === wanted)),
    );
    if (selected !== undefined && !rows.includes(selected)) selected = undefined;
    measure();
  }

  // ---- Pointers and keys -----------------------------------------------------------------------------------------
  const rowAt = (y: number): ViewRow | undefined =>
    y < axisHeight ? undefined : rows[Math.floor((y - axisHeight + scroller.scrollTop) / rowHeight)];

  canvas.addEventListener(
    "wheel",
    (event) => {
      // Over the names, and with the shift key, the wheel scrolls.
      if (event.shiftKey || (event.offsetX < nameWidth && !event.ctrlKey)) return;
      event.preventDefault();
      const pixels = event.deltaMode === 0 ? 1 : 20;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) move(event.deltaX * pixels);
      else zoom(Math.exp(event.deltaY * pixels * (event.ctrlKey ? 0.01 : 0.002)), toTime(event.offsetX));
    },
    { passive: false },
  );

  function move(pixels: number): void {
    const time = (pixels / (right() - left())) * (to - from);
    show(from + time, to + time);
  }

  interface Finger {
    x: number;
    y: number;
  }
  const fingers = new Map<number, Finger>();
  let moved = 0;

  canvas.addEventListener("pointerdown", (event) => {
    if (fingers.size === 0) moved = 0;
    fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined) {
      explain(event.offsetX, event.offsetY);
      return;
    }
    const other = [...fingers.values()].find((each) => each !== finger);
    const x = event.offsetX;
    const y = event.offsetY;
    moved += Math.abs(x - finger.x) + Math.abs(y - finger.y);
    if (other !== undefined) {
      const before = Math.max(20, Math.abs(finger.x - other.x));
      const after = Math.max(20, Math.abs(x - other.x));
      zoom(before / after, toTime(other.x));
    } else if (moved > 4) {
      move(finger.x - x);
      // A finger scrolls by the browser.
      if (event.pointerType === "mouse") scroller.scrollTop += finger.y - y;
    }
    finger.x = x;
    finger.y = y;
  });
  canvas.addEventListener("pointerup", (event) => {
    const wasClick = fingers.delete(event.pointerId) && fingers.size === 0 && moved <= 4;
    const row = wasClick ? rowAt(event.offsetY) : undefined;
    if (row === undefined) return;
    select(row);
    openDetails(row);
  });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));

  /** Tells in a tooltip what is below the pointer. */
  function explain(x: number, y: number): void {
    const row = rowAt(y);
    let text = "";
    if (row !== undefined) {
      const time = toTime(x);
      const at = firstAfter(row.spans, time);
      text = `${titleOf(row)}: ${lifeText(row)}`;
      if (x > left() && at < row.spans.length && (row.spans[at + 1] as number) <= time) {
        const length = durationText((row.spans[at + 2] as number) - (row.spans[at + 1] as number));
        text =
          row.spans[at] === running
            ? `${row.name} runs ${length}`
            : `${row.name} waits ${length}: ${textAt(row.spans, at)}`;
      }
    }
    if (canvas.title !== text) canvas.title = text;
  }

  function step(by: number): void {
    const index = selected === undefined ? -1 : rows.indexOf(selected);
    const row = rows[Math.min(rows.length - 1, Math.max(0, index === -1 ? 0 : index + by))];
    if (row === undefined) return;
    select(row);
    if (!details.hidden) openDetails(row);
  }

  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(-width / 10),
    ArrowRight: () => move(width / 10),
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    PageUp: () => step(-10),
    PageDown: () => step(10),
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    "0": () => show(0, duration),
    Enter: () => {
      if (selected === undefined) return;
      openDetails(selected);
      element("close").focus();
    },
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !details.hidden) closeDetails();
  });

  element("in").addEventListener("click", () => zoom(0.5));
  element("out").addEventListener("click", () => zoom(2));
  element("all").addEventListener("click", () => show(0, duration));
  element("close").addEventListener("click", closeDetails);
  element("to-task").addEventListener("click", () => {
    if (selected === undefined) return;
    const margin = Math.max(selected.to - selected.from, duration * 1e-6) * 0.05;
    show(selected.from - margin, selected.to + margin);
  });
  filter.addEventListener("input", applyFilter);
  outcome.addEventListener("change", applyFilter);
  scroller.addEventListener("scroll", redraw);
  new ResizeObserver(measure).observe(scroller);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColors();
    redraw();
  });
  readColors();
  measure();
}
