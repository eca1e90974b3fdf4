import { makeRecorder, type Recorder, type TraceList } from "./recorder.js";
import { toChromeTrace } from "./to-chrome-trace.js";
import { type HtmlOptions, toHtml } from "./to-html.js";
import { type SvgOptions, toSvg } from "./to-svg.js";
import type { Trace } from "./trace.js";

/** Options for `startRecording` and `record`. */
export interface RecordingOptions {
  /** How many events are kept, the latest ones. Default: 1,000,000, which take 8 to 18 MB. */
  readonly limit?: number;
  /**
   * Returns the time in milliseconds. Default: the real time. `() => loop.time()` records a program on a virtual
   * loop in its own time.
   */
  readonly clock?: () => number;
}

/**
 * A recording of what tasks do, made by `startRecording()`. It keeps no object of the program alive: a task that is
 * done, a lock and the like are in it as text and numbers.
 *
 * @example
 * ```ts
 * import { startRecording } from "@asyncio-ts/inspect";
 * import { createTask, run, sleep } from "@asyncio-ts/task";
 *
 * const recording = startRecording();
 * await run(async () => {
 *   await createTask(() => sleep(10), { name: "nap" });
 * });
 * recording.stop();
 * for (const { name, outcome } of recording.trace().tasks) console.log(name, outcome);
 * // prints: Task-1 returned
 * // prints: nap returned
 * ```
 */
export class Recording implements Disposable {
  private readonly recorder: Recorder;

  /** Use `startRecording()` to make one. @internal */
  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  /** Ends the recording; the program then runs as fast as before. Does nothing the second time. */
  stop(): void {
    this.recorder.stop();
  }

  /** Ends the recording, as `stop()` does: `using recording = startRecording()`. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /** Returns what was recorded so far, as data that JSON can carry. */
  trace(): Trace {
    const { counts, ...head } = this.recorder.head();
    const all = <L extends TraceList>(list: L): Trace[L] => this.recorder.read(list, 0, counts[list]);
    return {
      ...head,
      tasks: all("tasks"),
      groups: all("groups"),
      objects: all("objects"),
      events: all("events"),
    };
  }

  /** Returns what was recorded so far as JSON for ui.perfetto.dev and chrome://tracing: see `toChromeTrace()`. */
  toChromeTrace(): string {
    return toChromeTrace(this.trace());
  }

  /** Returns what was recorded so far as a picture of the tasks in time: see `toSvg()`. */
  toSvg(options?: SvgOptions): string {
    return toSvg(this.trace(), options);
  }

  /** Returns what was recorded so far as a page to look around in: see `toHtml()`. */
  toHtml(options?: HtmlOptions): string {
    return toHtml(this.trace(), options);
  }
}

/**
 * Begins to record what all tasks of the process do: when each is made, runs, waits and for what, is cancelled, and
 * ends. Tasks that are alive already are recorded from now on. The latest million events are kept. If the library is
 * not loaded yet, the recording begins when it is. Several recordings may go on at once.
 *
 * A step takes 100 to 300 nanoseconds more while it is recorded, and no longer than ever when nothing is.
 *
 * @throws TypeError if an option is not of its type; Error if the version of asyncio-ts that is loaded can't be recorded.
 *
 * @example
 * ```ts
 * import { startRecording } from "@asyncio-ts/inspect";
 * import { run, sleep } from "@asyncio-ts/task";
 *
 * const recording = startRecording();
 * await run(() => sleep(10));
 * recording.stop();
 * const steps = recording.trace().events.filter(({ kind }) => kind === "step");
 * console.log(steps.length, "steps");
 * // prints: 2 steps
 * ```
 */
export function startRecording(options: RecordingOptions = {}): Recording {
  const { limit, clock } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new TypeError(`startRecording() needs a limit that is an integer above 0, got ${String(limit)}`);
  }
  if (clock !== undefined && typeof clock !== "function") {
    throw new TypeError("startRecording() needs a clock that is a function which returns milliseconds");
  }
  const recorder = makeRecorder({
    waits: true,
    ...(limit !== undefined && { limit }),
    ...(clock !== undefined && { clock }),
  });
  if (typeof recorder === "object") return new Recording(recorder);
  throw new Error(
    "startRecording() can't record the version of asyncio-ts that is loaded; update the older one: " +
      "npm ls @asyncio-ts/future @asyncio-ts/inspect",
  );
}

/** The result of `record`. */
export interface Recorded<T> {
  /** The result of the body. */
  readonly result: T;
  readonly recording: Recording;
}

/** The result of a body, whatever kind that is: a coroutine object, an async function, a generator function. */
export type RecordedBody<T> =
  | PromiseLike<T>
  | Generator<unknown, T, never>
  | (() => PromiseLike<T> | Generator<unknown, T, never> | T);

/**
 * Records while a body runs, and returns its result with the recording. A function is called where `record` is, so
 * it runs in the task of the caller, if there is one, and may call `run`. The generator of a generator function
 * runs as a task of its own, and so does a coroutine object outside every task. If the body fails, so does this, and the recording is lost: use `startRecording()` to
 * look at a failure.
 *
 * @throws TypeError if an option is not of its type; Error if a generator is given where no package of asyncio-ts
 * that has tasks is loaded.
 *
 * @example
 * ```ts
 * import { record } from "@asyncio-ts/inspect";
 * import { run, sleep } from "@asyncio-ts/task";
 *
 * const { result, recording } = await record(() => run(() => sleep(10, "rested")));
 * console.log(result, recording.trace().tasks.length);
 * // prints: rested 1
 * ```
 */
export async function record<T>(body: RecordedBody<T>, options: RecordingOptions = {}): Promise<Recorded<T>> {
  const recording = startRecording(options);
  try {
    const returned = typeof body === "function" ? body() : body;
    const result = needsTask(returned) ? await startTask(returned) : await returned;
    return { result: result as T, recording };
  } finally {
    recording.stop();
  }
}

/** Tells whether a body has to be stepped by a task of its own: a coroutine object is, where no task awaits it. */
function needsTask(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  if (Symbol.for("asyncio-ts.Coroutine") in body) return currentTask(slotNow()) === undefined;
  return "next" in body && Symbol.iterator in body && !("then" in body);
}

interface Slot {
  readonly makeTask?: (body: unknown, scheduler: object, place: string) => PromiseLike<unknown>;
  readonly stepping?: { readonly awaiter?: Task };
  readonly storage?: { getStore(): Task | undefined } | null;
  readonly turn?: Task;
  readonly running?: object;
  fallback?: object;
  makeFallback?: (() => object) | undefined;
}

interface Task {
  readonly scheduler: object;
}

function slotNow(): Slot | undefined {
  return (globalThis as { readonly [slot: symbol]: Slot | undefined })[Symbol.for("asyncio-ts.slot")];
}

function currentTask(slot: Slot | undefined): Task | undefined {
  if (slot === undefined) return undefined;
  const { stepping, storage, turn } = slot;
  return stepping === undefined ? (storage ? storage.getStore() : turn) : stepping.awaiter;
}

/** Starts a body as a task of the loop that the caller is in. */
function startTask(body: unknown): PromiseLike<unknown> {
  const slot = slotNow();
  if (slot?.makeTask === undefined) {
    throw new Error(
      "record() found no package of asyncio-ts that has tasks in this process; import one first",
    );
  }
  const scheduler = currentTask(slot)?.scheduler ?? slot.running ?? fallbackOf(slot);
  return slot.makeTask(body, scheduler, "record()");
}

/** Returns the loop of code that runs outside every loop. */
function fallbackOf(slot: Slot): object {
  if (slot.makeFallback !== undefined) {
    slot.fallback = slot.makeFallback();
    slot.makeFallback = undefined;
  }
  return slot.fallback as object;
}
