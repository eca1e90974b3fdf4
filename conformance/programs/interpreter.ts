/**
 * Runs a random program with this library, and gives its trace. `reference.py` is its twin.
 *
 * It is written once, as programs of the test kit. What is a function in the program (a task, a call, the
 * body of a `with`) becomes a coroutine of one kind or the other, whose own `await` or `yield*` does the
 * waits.
 */
import type { Coroutine } from "@asyncio-ts/coroutine";
import { type Awaitable, Future } from "@asyncio-ts/future";
import {
  asCompleted,
  createTask,
  currentTask,
  gather,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  type Timeout,
  TimeoutError,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { awaited, bothKinds, type Program as Steps } from "@asyncio-ts/testkit";
import { describeValue, ProgramError } from "./describe.js";
import type { Argument, Block, Form, Program, Statement } from "./program.js";
import { pick, Stage } from "./stage.js";

/** When nothing else is left, in milliseconds: later than everything that a program sets a timer for. */
const QUIET = 100_000;
const HELPING_ROUNDS = 4;
const MOST_ROUNDS = 10;

/** Where a statement stands. */
interface Place {
  readonly name: string;
  readonly timeout?: Timeout | undefined;
  readonly group?: TaskGroup | undefined;
}

/** The value that a statement gives when it leaves the function around it. */
const RETURNED: unique symbol = Symbol("returned");

/** Runs a program on virtual time, to its end and that of all its tasks, and gives its trace. */
export async function traceOf(program: Program, form: Form): Promise<readonly string[]> {
  return new Interpreter(program, form).play();
}

class Interpreter {
  private readonly program: Program;
  private readonly form: Form;
  private readonly stage: Stage;

  constructor(program: Program, form: Form) {
    this.program = program;
    this.form = form;
    this.stage = new Stage(program.sizes);
  }

  async play(): Promise<readonly string[]> {
    await this.stage.play(() => this.start());
    return this.stage.trace;
  }

  private start(): void {
    for (const body of this.program.tasks) this.spawn(body, { name: "start" }, false, 0);
    for (const { delay, body } of this.program.timers) {
      this.stage.loop.callLater(delay, () => this.stage.runCallback(body, "timer"));
    }
    this.stage.loop.callLater(QUIET, () => this.quiet(0));
  }

  /** Nothing but this timer is left: what still waits is helped on, a few times, and then cancelled. */
  private quiet(round: number): void {
    const left = this.stage.tasks.filter((task) => !task.done());
    this.stage.log("end", round, left.map((task) => this.stage.tasks.indexOf(task)).join(" "));
    if (left.length === 0 || round > MOST_ROUNDS) {
      this.stage.end();
      return;
    }
    if (round < HELPING_ROUNDS) this.stage.help();
    else for (const task of left) task.cancel();
    this.stage.loop.callLater(QUIET, () => this.quiet(round + 1));
  }

  // ---- functions of the program ----

  private define<T>(number: number, start: () => Steps<T>): Coroutine<T> {
    const asynchronous =
      this.form === "async functions" ||
      (this.form === "mixed" && (number + this.stage.tasks.length) % 2 === 0);
    return bothKinds[asynchronous ? 0 : 1].define(start)();
  }

  private spawn(body: Block, place: Place, eagerStart: boolean, number: number, group?: TaskGroup): void {
    const name = `T${this.stage.tasks.length}`;
    const steps = this.frame(body, { name, group: place.group }, number);
    this.stage.register(group?.createTask(steps, { eagerStart }) ?? createTask(steps, { eagerStart }));
  }

  /** A coroutine of the program: what it returns is its name. */
  private frame(body: Block, place: Place, number: number): Coroutine<string> {
    const { name } = place;
    return this.define(number, () => this.running(body, place, name));
  }

  private *running(body: Block, place: Place, name: string): Steps<string> {
    this.stage.register(currentTask() as Task<unknown>);
    this.stage.log(name, "", "begins");
    try {
      yield* this.block(body, place);
    } catch (error) {
      this.stage.log(name, "", `throws ${describeValue(error)}`);
      throw error;
    }
    this.stage.log(name, "", "returns");
    return name;
  }

  /** The body of a `with`. */
  private inside(statement: Statement & { readonly body: Block }, place: Place): Coroutine<boolean> {
    return this.define(statement.id, () => this.block(statement.body, place));
  }

  /** True if the function around it is to return. */
  private *block(statements: Block, place: Place): Steps<boolean> {
    for (const statement of statements) if (yield* this.execute(statement, place)) return true;
    return false;
  }

  private *execute(statement: Statement, place: Place): Steps<boolean> {
    const { op, id } = statement;
    this.stage.log(place.name, id, op);
    let outcome: unknown;
    try {
      outcome = yield* this.perform(statement, place);
    } catch (error) {
      this.stage.log(place.name, id, `${op}: ${describeValue(error)}`);
      throw error;
    }
    const returned = outcome === RETURNED;
    this.stage.log(place.name, id, `${op}: ${returned ? "returned" : describeValue(outcome)}`);
    return returned;
  }

  // ---- what waits ----

  /** A task that was made after the one that runs, so that nobody waits in a circle. */
  private later(number: number): Task<unknown> | undefined {
    const first = this.stage.tasks.indexOf(currentTask() as Task<unknown>) + 1;
    return this.stage.tasks[first + (number % (this.stage.tasks.length - first))];
  }

  private argument(argument: Argument, place: Place, number: number): Awaitable<unknown> | undefined {
    if (argument.kind === "body") return this.frame(argument.body, place, number);
    return argument.kind === "task" ? this.later(argument.task) : pick(this.stage.futures, argument.future);
  }

  private arguments(
    statement: Statement & { readonly of: readonly Argument[] },
    place: Place,
  ): Awaitable<unknown>[] {
    const { id } = statement;
    return statement.of
      .map((argument, index) =>
        this.argument(argument, { name: `${place.name}/${id}.${index}`, group: place.group }, id + index),
      )
      .filter((one) => one !== undefined);
  }

  private *perform(statement: Statement, place: Place): Steps<unknown> {
    const { id } = statement;
    switch (statement.op) {
      case "spawn":
        return this.spawn(statement.body, place, statement.eager, id);
      case "groupSpawn":
        if (place.group === undefined) return "no group";
        return this.spawn(statement.body, place, statement.eager, id, place.group);
      case "reschedule":
        if (place.timeout === undefined) return "no timeout";
        return place.timeout.reschedule(
          statement.delay === null ? null : this.stage.loop.time() + statement.delay,
        );
      case "callSoon":
        this.stage.loop.callSoon(() => this.stage.runCallback(statement.body, `soon${id}`));
        return undefined;
      case "callLater":
        this.stage.loop.callLater(statement.delay, () =>
          this.stage.runCallback(statement.body, `later${id}`),
        );
        return undefined;
      case "raise":
        throw new ProgramError(`E${id}`);
      case "return":
        return RETURNED;
      case "sleep":
        return yield* awaited(sleep(statement.delay));
      case "awaitTask": {
        const task = this.later(statement.task);
        return task === undefined ? "nobody" : yield* awaited(task);
      }
      case "awaitFuture":
        return yield* awaited(pick(this.stage.futures, statement.future));
      case "call": {
        const name = `${place.name}/${id}`;
        return yield* awaited(this.frame(statement.body, { name, group: place.group }, id));
      }
      case "repeat":
        for (let time = 0; time < statement.times; time++) {
          if (yield* this.block(statement.body, place)) return RETURNED;
        }
        return undefined;
      case "try":
        return yield* this.trying(statement, place);
      case "gather":
        return yield* awaited(
          statement.returnExceptions
            ? gather(this.arguments(statement, place), { returnExceptions: true })
            : gather(this.arguments(statement, place)),
        );
      case "wait":
        return yield* this.waiting(statement, place);
      case "waitFor": {
        const [one] = this.arguments(statement, place);
        return one === undefined ? "nobody" : yield* awaited(waitFor(one, statement.timeout));
      }
      case "shield": {
        const [one] = this.arguments(statement, place);
        return one === undefined ? "nobody" : yield* awaited(shield(one));
      }
      case "asCompleted":
        return yield* this.completing(statement, place);
      case "timeout": {
        const scope = timeout(statement.delay);
        try {
          return returnedIf(yield* awaited(scope.with(this.inside(statement, { ...place, timeout: scope }))));
        } finally {
          this.stage.log(place.name, id, `expired ${scope.expired()}`);
        }
      }
      case "group": {
        const group = new TaskGroup();
        return returnedIf(yield* awaited(group.with(this.inside(statement, { ...place, group }))));
      }
      case "withLock":
        return returnedIf(
          yield* awaited(pick(this.stage.locks, statement.lock).with(this.inside(statement, place))),
        );
      case "withSemaphore":
        return returnedIf(
          yield* awaited(
            pick(this.stage.semaphores, statement.semaphore).with(this.inside(statement, place)),
          ),
        );
      case "withCondition":
        return returnedIf(
          yield* awaited(
            pick(this.stage.conditions, statement.condition).with(this.inside(statement, place)),
          ),
        );
      case "withBarrier":
        return returnedIf(
          yield* awaited(
            this.stage.barrier.with((position) => {
              this.stage.log(place.name, id, `position ${position}`);
              return this.inside(statement, place);
            }),
          ),
        );
      case "acquireLock":
        yield* awaited(pick(this.stage.locks, statement.lock).acquire());
        return undefined;
      case "acquireSemaphore":
        yield* awaited(pick(this.stage.semaphores, statement.semaphore).acquire());
        return undefined;
      case "waitCondition":
        return yield* awaited(pick(this.stage.conditions, statement.condition).wait());
      case "waitForCondition": {
        const { condition, count } = statement;
        return yield* awaited(
          pick(this.stage.conditions, condition).waitFor(
            () => (this.stage.counters[condition] as number) >= count,
          ),
        );
      }
      case "waitEvent":
        return yield* awaited(pick(this.stage.events, statement.event).wait());
      case "waitBarrier":
        return yield* awaited(this.stage.barrier.wait());
      case "resetBarrier":
        return yield* awaited(this.stage.barrier.reset());
      case "abortBarrier":
        return yield* awaited(this.stage.barrier.abort());
      case "put":
        return yield* awaited(pick(this.stage.queues, statement.queue).put(statement.item));
      case "get":
        return yield* awaited(pick(this.stage.queues, statement.queue).get());
      case "join":
        return yield* awaited(pick(this.stage.queues, statement.queue).join());
      default:
        return this.stage.tryNow(statement);
    }
  }

  private *trying(statement: Statement & { op: "try" }, place: Place): Steps<unknown> {
    let returned: boolean;
    try {
      returned = yield* this.block(statement.body, place);
    } catch (error) {
      const others = isCancellation(error) ? "errors" : "cancellations";
      if (statement.catches === "nothing" || statement.catches === others) throw error;
      this.stage.log(place.name, statement.id, `caught ${describeValue(error)}`);
      returned = yield* this.block(statement.handler, place);
      if (statement.again) throw error;
    } finally {
      if (statement.last.length > 0) {
        this.stage.log(place.name, statement.id, "finally");
        yield* this.block(statement.last, place);
      }
    }
    return returnedIf(returned);
  }

  private *waiting(statement: Statement & { op: "wait" }, place: Place): Steps<unknown> {
    const futures = this.arguments(statement, place).map((one) => {
      if (one instanceof Future) return one;
      const task = createTask(one as Coroutine<unknown>);
      this.stage.register(task);
      return task;
    });
    if (futures.length === 0) return "nobody";
    const { returnWhen } = statement;
    const { done, pending } = yield* awaited(wait(futures, { timeout: statement.timeout, returnWhen }));
    return [done, pending].map((part) => [...part].map((one) => futures.indexOf(one)));
  }

  private *completing(statement: Statement & { op: "asCompleted" }, place: Place): Steps<unknown> {
    const results: unknown[] = [];
    for (const next of asCompleted(this.arguments(statement, place), { timeout: statement.timeout })) {
      try {
        results.push(yield* awaited(next));
      } catch (error) {
        if (!(error instanceof ProgramError || error instanceof TimeoutError)) throw error;
        results.push(error);
      }
      this.stage.log(place.name, statement.id, `completed ${describeValue(results.at(-1))}`);
    }
    return results;
  }
}

function returnedIf(returned: boolean): unknown {
  return returned ? RETURNED : undefined;
}

function isCancellation(error: unknown): boolean {
  return describeValue(error).startsWith("Cancelled");
}
