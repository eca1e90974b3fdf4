/**
 * `asyncio-ts top`: samples a process again and again, and draws what `Watch` and `Screen` make of it.
 *
 * In the process:
 *   begin    the recorder is made, and kept under a registered symbol of `globalThis`
 *   sample   the snapshot, and the recorder's totals, by one expression
 *   end      the recorder is stopped and forgotten; `attach` closes the inspector
 * If this command is killed, nobody says `end`. So each sample winds a timer that does not keep the process alive;
 * if the next sample is overdue by `PATIENCE`, the process ends the recorder itself, and leaves in its place:
 * see `attach`.
 *
 * The terminal is put back however the command ends: by a key, a signal, an error, or the end of the process that it
 * looks at. A process that ends would wait for this connection: `leaveAtEnd`.
 *
 * The escape codes are those of ansi-escapes, which needs one small package; ink would bring React, and log-update
 * redraws lines where this needs a screen. Keys are read by `node:readline`.
 */
import ansiEscapes from "ansi-escapes";
import { randomUUID } from "node:crypto";
import { emitKeypressEvents } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { attach, type Target } from "./attach.js";
import { InspectError } from "./errors.js";
import type { Inspector } from "./inspector.js";
import { isSameStep, refusal } from "./look.js";
import { readSnapshot } from "./read-snapshot.js";
import { defineRecorder } from "./recorder.js";
import { type Key, Screen, type Sort } from "./top-screen.js";
import { type Picture, type Sample, Watch } from "./top-watch.js";
import type { TraceEvent } from "./trace.js";

/** How long a sample may be overdue, and how long this command waits to be let go, in milliseconds. */
const PATIENCE = 10_000;
const GRACE = 2000;
/** How many events the recorder keeps, and how many of them are shown of a task. */
const EVENTS = 100_000;
const RECENT = 50;

/** Where the screen is drawn, and keys come from. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

export interface TopOptions {
  /** The time between two samples, in milliseconds. */
  readonly interval: number;
  readonly sort: Sort;
  readonly terminal: Terminal | undefined;
}

/** How many samples `showOnce` takes: as many as show that a queue grows. */
const SAMPLES = 4;

/**
 * Watches a process for `interval` milliseconds. Returns what that tells, and whether one step ran all the time.
 *
 * @throws InspectError, which says why the process can't be looked at.
 */
export async function showOnce(
  target: Target,
  interval: number,
): Promise<{ readonly picture: Picture; readonly isBlocked: boolean }> {
  return await sampled(target, interval + PATIENCE, async (sampler) => {
    const watch = new Watch();
    const { sample: first } = await sampler.sample();
    let picture = watch.add(first);
    for (let i = 1; i < SAMPLES; i++) {
      // A sample of many tasks takes time itself.
      await pause(Math.max(0, first.time + (interval * i) / (SAMPLES - 1) - performance.now()));
      picture = watch.add((await sampler.sample()).sample);
    }
    return { picture, isBlocked: isSameStep(first.snapshot, picture.snapshot) };
  });
}

/**
 * Shows the tasks live, until a key or a signal ends it.
 *
 * @throws InspectError, which says why the process can't be looked at, or that it has ended.
 */
export async function top(target: Target, { interval, sort, terminal }: TopOptions): Promise<void> {
  if (terminal === undefined) {
    throw new InspectError(
      "usage",
      "top needs a terminal; in scripts and pipes use --once, or --once --json",
    );
  }
  const { output } = terminal;
  await sampled(target, interval + PATIENCE, async (sampler) => {
    const screen = new Screen(sort);
    const watch = new Watch();
    let wake = new AbortController();
    const draw = (): void => {
      // Not the last column: to erase the rest of a full line erases its end in some terminals.
      const lines = screen.lines((output.columns || 80) - 1, output.rows || 24);
      const text = lines.map((line) => line + ansiEscapes.eraseEndLine).join("\n");
      output.write(ansiEscapes.cursorTo(0, 0) + text + ansiEscapes.eraseDown);
    };
    const close = openScreen(terminal, {
      key: (key) => {
        const { opened } = screen;
        screen.press(key);
        // The recent steps of a task come with a sample.
        if (screen.quit || screen.opened !== opened) wake.abort();
        draw();
      },
      resized: draw,
      end: () => {
        screen.quit = true;
        wake.abort();
      },
    });
    try {
      draw();
      while (!screen.quit) {
        wake = new AbortController();
        const { signal } = wake;
        const woken = new Promise<undefined>((resolve) => {
          signal.addEventListener("abort", () => resolve(undefined));
        });
        // A process in a call of the system does not answer: keys are not to wait for that.
        const taken = await Promise.race([sampler.sample(screen.opened), woken]);
        if (taken === undefined) continue;
        const { sample, recent } = taken;
        screen.sampled(watch.add(sample), recent);
        draw();
        if (!screen.quit) await pause(interval, undefined, { signal }).catch(() => {});
      }
    } finally {
      close();
    }
  });
}

/** Takes the terminal for a screen. Returns a function that puts it back, and may be called twice. */
function openScreen(
  { input, output }: Terminal,
  { key, resized, end }: { key(key: Key): void; resized(): void; end(): void },
): () => void {
  const pressed = (_text: string | undefined, pressedKey: Key): void => key(pressedKey);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    input.off("keypress", pressed).off("end", end);
    input.setRawMode(false);
    input.pause();
    output.off("resize", resized);
    output.write(ansiEscapes.cursorShow + ansiEscapes.exitAlternativeScreen);
    for (const signal of signals) process.off(signal, end);
    process.off("exit", close);
  };
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.resume();
  input.on("keypress", pressed).on("end", end);
  output.on("resize", resized);
  output.write(ansiEscapes.enterAlternativeScreen + ansiEscapes.cursorHide + ansiEscapes.clearViewport);
  for (const signal of signals) process.on(signal, end);
  process.on("exit", close);
  return close;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

interface Sampler {
  /** Takes a sample; with it, the latest events of one task. */
  sample(task?: number): Promise<{ readonly sample: Sample; readonly recent: readonly TraceEvent[] }>;
}

/**
 * Has a process record what its tasks do, while `use` takes samples of it. The process ends that by itself,
 * once it has waited for a sample for `patience` milliseconds.
 */
export async function sampled<T>(
  target: Target,
  patience: number,
  use: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  return await attach(target, async (inspector, leaving) => {
    await inspector.leaveAtEnd();
    const place = `globalThis[Symbol.for("asyncio-ts.top.${randomUUID()}")]`;
    const began = await inspector.evaluate(beginning(place, leaving, patience));
    if (began !== "began") throw refusal(target, began as "absent" | "incompatible" | undefined);
    try {
      return await use({ sample: (task) => takeSample(inspector, target, place, task) });
    } finally {
      // It does not answer while it is in a call of the system; then its own timer ends the recorder.
      await Promise.race([inspector.evaluate(`${place}?.end()`), pause(GRACE, undefined, { ref: false })]);
    }
  });
}

/** Returns the expression that makes the recorder, and what ends it. */
function beginning(place: string, leaving: string, patience: number): string {
  return `(() => {
    const recorder = (${defineRecorder})()({ limit: ${EVENTS} });
    if (typeof recorder === "string") return recorder;
    let timer;
    const end = () => {
      clearTimeout(timer);
      recorder.stop();
      delete ${place};
    };
    const lost = () => {
      end();
      ${leaving};
    };
    const wind = () => {
      clearTimeout(timer);
      timer = setTimeout(lost, ${patience});
      timer.unref?.();
    };
    wind();
    ${place} = { recorder, read: ${readSnapshot}, wind, end };
    return "began";
  })()`;
}

async function takeSample(
  inspector: Inspector,
  target: Target,
  place: string,
  task: number | undefined,
): Promise<{ sample: Sample; recent: readonly TraceEvent[] }> {
  const text = await inspector.evaluateText(`(() => {
    const top = ${place};
    if (top === undefined) return undefined;
    top.wind();
    const recent = ${task === undefined ? "[]" : `top.recorder.recent(${task}, ${RECENT})`};
    return JSON.stringify({ snapshot: top.read(), totals: top.recorder.totals(), recent });
  })()`);
  if (text === undefined) throw refusal(target, undefined);
  const { snapshot, totals, recent } = JSON.parse(text) as Pick<Sample, "snapshot" | "totals"> & {
    readonly recent: readonly TraceEvent[];
  };
  return { sample: { time: performance.now(), snapshot, totals }, recent };
}
