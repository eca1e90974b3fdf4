/** The options of `explore`, and what is checked of them. */
import { describe } from "@asyncio-ts/future/lowlevel";
import { parseSchedule, type Schedule } from "./schedule.js";

/** Options for `explore()`. */
export interface ExploreOptions {
  /** How the orders are chosen. Default: `"pct"`. */
  readonly strategy?: "random" | "pct" | "exhaustive";
  /**
   * How many orders to try. Default: 100; with `"exhaustive"` 10,000, and with `cancel: "every step"`, which
   * runs each order many times, 1: that of the loop.
   */
  readonly runs?: number;
  /** Where the sequence of random orders begins. Default: 1. */
  readonly seed?: number;
  /** For `"pct"`: the number of steps whose order matters. Default: 3. */
  readonly depth?: number;
  /**
   * For `"exhaustive"`: in how many turns another one may run than the loop alone would run. `Infinity` tries
   * all orders there are. Default: 2.
   */
  readonly switches?: number;
  /**
   * For `"exhaustive"`: returns a text of all that the tasks share, and cuts off what follows equal states. It
   * is called between turns, and must change nothing. See `explore`.
   */
  readonly equalStates?: () => string;
  /** Cancels tasks: a random one in a random turn, or each before each of its steps. Default: false. */
  readonly cancel?: boolean | "every step";
  /**
   * Timers whose deadlines are less than so many milliseconds apart come in either order, as those do whose
   * deadlines are equal. Default: 1.
   */
  readonly jitter?: number;
  /** A run that takes more turns than this fails. Default: 20,000. */
  readonly turns?: number;
  /**
   * How long a run with nothing to do waits for a native promise, in real milliseconds, although nothing is
   * to be seen that could settle it. Then it counts as a deadlock. Default: 50.
   */
  readonly patience?: number;
  /** How many runs may be spent to shrink a failure. Default: 1,000. */
  readonly shrink?: number;
  /** Repeats the one run that an `ExplorationError` names, and none else. */
  readonly replay?: string;
}

export interface CheckedOptions {
  readonly strategy: "random" | "pct" | "exhaustive";
  readonly runs: number;
  readonly seed: number;
  readonly depth: number;
  readonly switches: number;
  readonly equalStates: (() => unknown) | undefined;
  readonly cancel: boolean | "every step";
  readonly jitter: number;
  readonly turns: number;
  readonly patience: number;
  readonly shrink: number;
  readonly replay: Schedule | undefined;
  /** True if the strategy must know how many turns the program takes. */
  readonly measures: boolean;
}

/** @throws TypeError or RangeError if an option is invalid. */
export function checkedOptions(options: ExploreOptions): CheckedOptions {
  const { strategy = "pct", cancel = false, replay, equalStates } = options;
  oneOf("strategy", strategy, ["random", "pct", "exhaustive"]);
  oneOf("cancel", cancel, [false, true, "every step"]);
  const usual = strategy === "exhaustive" ? 10_000 : cancel === "every step" ? 1 : 100;
  const { runs = usual, seed = 1, depth = 3, switches = 2 } = options;
  const { jitter = 1, turns = 20_000, patience = 50, shrink = 1000 } = options;
  whole("runs", runs, 1);
  whole("seed", seed, Number.MIN_SAFE_INTEGER);
  whole("depth", depth, 1);
  if (switches !== Infinity) whole("switches", switches, 0);
  if (equalStates !== undefined) {
    if (typeof equalStates !== "function") {
      throw new TypeError(`explore() needs equalStates to be a function, got ${describe(equalStates)}`);
    }
    if (strategy !== "exhaustive") throw new TypeError(onlyExhaustive);
  }
  whole("turns", turns, 1);
  whole("shrink", shrink, 0);
  milliseconds("jitter", jitter);
  milliseconds("patience", patience);
  const sweepsOnce = cancel === "every step" && runs === 1;
  const schedule = replay === undefined ? undefined : scheduleOf(replay);
  return {
    strategy,
    runs,
    seed,
    depth,
    switches,
    equalStates,
    cancel,
    jitter,
    turns,
    patience,
    shrink,
    replay: schedule,
    // A sweep begins in the loop's own order, and may end there.
    measures: strategy !== "exhaustive" && (cancel === true || (strategy === "pct" && !sweepsOnce)),
  };
}

const onlyExhaustive =
  'explore() cuts off equal states only if it tries all orders; write strategy: "exhaustive" beside equalStates';

function oneOf(name: string, value: unknown, known: readonly unknown[]): void {
  if (known.includes(value)) return;
  const list = known.map((one) => JSON.stringify(one)).join(", ");
  throw new TypeError(`explore() needs ${name} to be one of ${list}, got ${describe(value)}`);
}

function whole(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  const range = least === Number.MIN_SAFE_INTEGER ? "" : `, ${least} or more`;
  throw new RangeError(`explore() needs ${name} to be a whole number${range}, got ${describe(value)}`);
}

function milliseconds(name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(`explore() needs ${name} to be a number of milliseconds, got ${describe(value)}`);
}

function scheduleOf(replay: unknown): Schedule {
  const schedule = typeof replay === "string" ? parseSchedule(replay) : undefined;
  if (schedule !== undefined) return schedule;
  throw new TypeError(`explore() needs replay as an ExplorationError has it, got ${describe(replay)}`);
}
