/**
 * explore: runs a program in many orders, and shrinks the first that fails.
 *
 *   ExploredLoop       a loop in which a chooser decides every turn      explored-loop.ts, candidates.ts
 *   Schedule           what a run did differently from the loop alone    schedule.ts
 *   Strategy           which runs to make                                strategies.ts, exhaustive.ts
 *   shrink             the same failure with fewer deviations            shrink.ts
 *   ExplorationError   what is told of it                                exploration-report.ts
 *
 * Phases of a call:
 *   measuring   `pct` and `cancel: true` need to know how many turns the program takes: one run in the loop's
 *               own order. It counts among the runs, and may be the one that fails
 *   searching   a run after the other, as the strategy says, until one fails
 *   repeating   the run that failed runs again by its schedule. If it does not fail then, the program depends
 *               on something that the explorer does not choose, and nothing can be shrunk
 *   shrinking   see there
 *   telling     the smallest run is run once more with a witness, and the error is thrown
 * With `replay` there is only the last phase.
 *
 * **What is explored.** All turns of the loop, so every point at which a program waits for this library. Code
 * between two such points runs at once in every program. An async function that awaits a native promise goes
 * on in a microtask that no loop chooses: chains of settled promises belong to the turn that they are in, and
 * for others the explorer waits as `run()` does. `outOfReach` names them; `outside.promise` brings them back.
 */
import { slot } from "@asyncio-ts/future/internal";
import { assertFunction, assertOptions } from "@asyncio-ts/future/lowlevel";
import type { Actors } from "./actors.js";
import { checkedOptions, type CheckedOptions, type ExploreOptions } from "./explore-options.js";
import { Exhaustive, Sweep } from "./exhaustive.js";
import { Numbers, type StateOptions } from "./equal-states.js";
import { errorOfRun, StepsOfRun } from "./exploration-report.js";
import type { Chooser, ExploredLoopOptions } from "./explored-loop.js";
import { type ExploredProgram, following, type Outcome, runProgram } from "./explored-run.js";
import type { Outside } from "./outside-events.js";
import { type Failed, shrink } from "./shrink.js";
import {
  begunWith,
  byPriority,
  cancelling,
  type Random,
  seeded,
  type Strategy,
  uniform,
} from "./strategies.js";

export type { ExploreOptions } from "./explore-options.js";

/** The result of `explore` for a program that never failed. */
export interface Exploration {
  /** How many times the program was run. */
  readonly runs: number;
  /** How many different orders of its tasks, callbacks, timers and events there were among them. */
  readonly orders: number;
  /** True if the strategy was `exhaustive`, and every order within its bounds was run. */
  readonly complete: boolean;
  /** Names the waits that the explorer could not end: for native promises, for other events. */
  readonly outOfReach: readonly string[];
}

/**
 * Runs a program many times on virtual time, each time in another order, to find what depends on an order
 * that nobody promised. A failure is shrunk to the run that differs least from the loop's own order; the
 * error lists its steps, and has a line that repeats it.
 *
 * A run fails if the program throws, can never go on (`DeadlockError`), takes too many turns, or has anything
 * reported to its loop's exception handler. In each turn one of the callbacks and steps runs that are ready,
 * or an event of `outside`, or one of several timers that tie. Code from one wait to the next is never
 * interrupted, and `sleep(0)` lets the others run, in every order.
 *
 * The strategies:
 * - `"pct"` (the default) gives each task, callback, timer and event a random priority, and takes it from the
 *   first one in `depth - 1` random turns. With n of them and k turns, a run finds a bug that needs `depth`
 *   steps in a certain order with a probability of at least 1 / (n · k^(depth-1)).
 * - `"random"` chooses each turn with equal chances. It finds little that needs somebody to be held back for
 *   long, among many others.
 * - `"exhaustive"` tries all orders with up to `switches` switches, the fewest first. By itself it cuts off
 *   nothing: a plain variable that two steps share can't be seen, so no two different orders can be called
 *   equal.
 *
 * Equal states: with `equalStates`, `"exhaustive"` leaves out what can follow a state that another order has
 * led to. The function returns a text of all that one task can change and another one read without waiting
 * for it: variables, the items of queues, `String(lock)`, whether a future is done. It need not tell what
 * tasks have in local variables. With `switches: Infinity` that is often enough to try all orders of a small
 * program: 115 runs, not more than 20,000, for three tasks that sleep five times each. **If the text leaves
 * something out, the order that fails may be left out too.** While a task is being cancelled, and once one
 * has waited for a native promise, nothing is cut off.
 *
 * Cancellation: `cancel: true` cancels a random task in a random turn, half of the time when what it waits
 * for has just come; with `"exhaustive"`, each in turn. `cancel: "every step"` repeats each order with each
 * task cancelled before each of its steps: as soon as it waits, and when what it waits for has come. The main
 * task is never cancelled, so it can look at what the others have left. A `CancelledError` that comes out of
 * it is no failure then.
 *
 * It needs `@asyncio-ts/task` to have been imported, for the tasks of the program, and nothing of a test
 * runner.
 *
 * @param main is called for each run, with the world outside, and gives the program's coroutine or promise
 * @throws ExplorationError at the first run that fails, with the program's error as its cause; TypeError,
 * RangeError if `main` is no function, or an option invalid.
 *
 * @example
 * ```ts
 * import { explore } from "@asyncio-ts/loop/testing";
 * import { gather, sleep } from "@asyncio-ts/task";
 *
 * let balance: number;
 * const withdraw = async (amount: number) => {
 *   if (balance < amount) return;
 *   await sleep(1); // asks the bank
 *   balance -= amount;
 * };
 * const program = async () => {
 *   balance = 10;
 *   await gather([() => withdraw(6), () => withdraw(6)]);
 *   if (balance < 0) throw new Error("overdrawn");
 * };
 * await explore(program).catch((error) => console.log(error.cause.message));
 * // prints: overdrawn
 * ```
 */
export async function explore(
  main: (outside: Outside) => unknown,
  options: ExploreOptions = {},
): Promise<Exploration> {
  assertFunction(main, "explore");
  assertOptions(options, "explore");
  const checked = checkedOptions(options);
  if (slot.runProgram === undefined) throw new Error("explore() runs tasks; import @asyncio-ts/task first");
  return new Explorer(main, checked).explore();
}

/** The patience while shrinking: a deadlock would be waited for hundreds of times. */
const SHORT_PATIENCE = 5;

class Explorer {
  private readonly main: ExploredProgram;
  private readonly options: CheckedOptions;
  private readonly orders = new Set<string>();
  private readonly outOfReach = new Set<string>();
  private readonly states: StateOptions | undefined;
  private runs = 0;

  constructor(main: ExploredProgram, options: CheckedOptions) {
    this.main = main;
    this.options = options;
    const { equalStates: shared, switches, cancel } = options;
    this.states = shared && {
      shared,
      inOrder: switches !== Infinity,
      cancels: cancel !== false,
      numbers: new Numbers(),
    };
  }

  async explore(): Promise<Exploration> {
    const { replay } = this.options;
    if (replay !== undefined) {
      const outcome = await this.attempt(following(replay));
      if (isFailed(outcome)) return this.tell("the program failed again", outcome);
      return this.seen(false);
    }
    const turns = this.options.measures ? await this.measured() : 0;
    const strategy = this.strategy(turns);
    for (let chooser = strategy.next(); chooser !== undefined; chooser = strategy.next()) {
      const outcome = await this.attempt(chooser);
      if (isFailed(outcome)) return this.failed(outcome);
      strategy.ended?.(outcome);
      if (this.options.strategy === "exhaustive" && this.runs >= this.options.runs) break;
    }
    return this.seen(strategy instanceof Exhaustive && strategy.isComplete);
  }

  private seen(complete: boolean): Exploration {
    const { runs, orders, outOfReach } = this;
    return { runs, orders: orders.size, complete, outOfReach: [...outOfReach] };
  }

  /** Runs the program in the loop's own order, and returns how many turns it took. */
  private async measured(): Promise<number> {
    const outcome = await this.attempt(following([]));
    return isFailed(outcome) ? this.failed(outcome) : outcome.options.length;
  }

  private strategy(turns: number): Strategy {
    const { strategy, runs, seed, depth, switches, cancel } = this.options;
    if (strategy === "exhaustive") return new Exhaustive({ switches, cancels: cancel === false ? 0 : 1 });
    const chooserOf = (random: Random): Chooser => {
      const chooser = strategy === "pct" ? byPriority(random, depth, turns) : uniform(random);
      return cancel === true ? cancelling(chooser, random, turns) : chooser;
    };
    return cancel === "every step"
      ? new Sweep(begunWith(following([]), seeded(seed, runs - 1, chooserOf)))
      : seeded(seed, runs, chooserOf);
  }

  private async attempt(chooser: Chooser): Promise<Outcome> {
    const outcome = await this.run(chooser);
    // Ctrl-C is meant for all runs.
    const { error } = outcome.failure ?? {};
    if (error instanceof Error && error.name === "KeyboardInterrupt") throw error;
    this.runs++;
    this.orders.add(outcome.order);
    for (const what of outcome.outOfReach) this.outOfReach.add(what);
    return outcome;
  }

  private run(chooser: Chooser, more?: Partial<ExploredLoopOptions>): Promise<Outcome> {
    return runProgram(this.main, chooser, { ...this.options, states: this.states, ...more });
  }

  private async failed(outcome: Failed): Promise<never> {
    const { runs } = this;
    const again = await this.run(following(outcome.schedule));
    if (again.failure?.kind !== outcome.failure.kind) {
      const reason = "and not when it was repeated, so it depends on what explore() can't choose";
      return this.tell(`the program failed in run ${runs}, ${reason}`, outcome);
    }
    const patience = Math.min(this.options.patience, SHORT_PATIENCE);
    const best = await shrink(outcome, (chooser) => this.run(chooser, { patience }), this.options.shrink);
    return this.tell(`the program failed in run ${runs}`, best);
  }

  private async tell(found: string, { schedule, failure }: Failed): Promise<never> {
    const { runs } = this;
    let steps: StepsOfRun | undefined;
    const witness = (actors: Actors): StepsOfRun => (steps = new StepsOfRun(actors));
    const told = await this.run(following(schedule), { witness });
    const cause = told.failure?.error ?? failure.error;
    throw errorOfRun(found, runs, schedule, (steps as StepsOfRun | undefined)?.lines ?? [], cause);
  }
}

function isFailed(outcome: Outcome): outcome is Failed {
  return outcome.failure !== undefined;
}
