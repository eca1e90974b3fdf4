/**
 * Runs a random program with this library, and gives its trace. `reference.py` is its twin.
 *
 * It is written once, as generators that wait with `yield* on(awaitable)`. What is a function in the program (a task, a call,
 * the body of a `with`) becomes a coroutine of one kind or the other, whose own `await` or `yield*` does the waits.
 */
import { type Awaitable, type Coroutine, coroutine, Future } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
} from "@asyncio-ts/sync";
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
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { describeValue, ProgramError } from "./describe.js";
import type { Argument, Block, Immediate, Numbered, Program, Statement } from "./program.js";

/** In which kind of coroutine each function of the program runs; mixed, they take turns. */
export type Form = "async functions" | "generator coroutines" | "mixed";

const MOST_EVENTS = 4000;
const QUIET = 100_000;
const HELPING_ROUNDS = 4;
const MOST_ROUNDS = 10;

type Steps<T> = Generator<Awaitable<unknown>, T, unknown>;

function* on<T>(awaitable: Awaitable<T>): Steps<T> {
  return (yield awaitable) as T;
}

const asAsyncFunction = <T>(start: () => Steps<T>): Coroutine<T> =>
  coroutine(async () => {
    const steps = start();
    let step = steps.next();
    while (step.done !== true) {
      let answer: unknown;
      try {
        answer = await step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(answer);
    }
    return step.value;
  })() as Coroutine<T>;

const asGenerator = <T>(start: () => Steps<T>): Coroutine<T> =>
  coroutine(function* () {
    const steps = start();
    let step = steps.next();
    while (step.done !== true) {
      let answer: unknown;
      try {
        answer = yield* step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(answer);
    }
    return step.value;
  })();

/** Where a statement stands. */
interface Place {
  readonly name: string;
  readonly timeout?: Timeout | undefined;
  readonly group?: TaskGroup | undefined;
}

/** What a statement gives that leaves the function around it. */
const RETURNED: unique symbol = Symbol("returned");

/** Runs a program on virtual time, to its end and that of all its tasks, and gives its trace. */
export async function traceOf(program: Program, form: Form): Promise<string[]> {
  const interpreter = new Interpreter(program, form);
  await interpreter.play();
  return interpreter.trace;
}

class Interpreter {
  readonly trace: string[] = [];
  private readonly program: Program;
  private readonly form: Form;
  private readonly loop: EventLoop = virtualLoop();
  private over = false;
  private readonly registry: Task<unknown>[] = [];
  private readonly locks = [new Lock(), new Lock()] as const;
  private readonly semaphores: readonly Semaphore[];
  private readonly events = [new Event(), new Event()] as const;
  private readonly conditions = [new Condition(), new Condition(this.locks[0])] as const;
  private readonly counters = [0, 0];
  private readonly barrier: Barrier;
  private readonly queues: readonly Queue<number>[];
  private readonly futures: Future<unknown>[];

  constructor(program: Program, form: Form) {
    this.program = program;
    this.form = form;
    const { sizes } = program;
    this.semaphores = [new Semaphore(sizes.semaphore), new BoundedSemaphore(sizes.bounded)];
    this.barrier = new Barrier(sizes.parties);
    this.queues = [new Queue(sizes.queue), new LifoQueue(sizes.queue), new PriorityQueue(sizes.queue)];
    this.futures = [0, 1, 2].map(() => this.loop.createFuture());
    this.loop.setExceptionHandler((_loop, { message, exception }) => {
      if (/callback/.test(message)) this.trace.push(`callback failed: ${String(exception)}`);
    });
  }

  async play(): Promise<void> {
    this.loop.callSoon(() => this.start());
    await this.loop.runForever();
    this.over = true;
    this.loop.close();
  }

  private start(): void {
    for (const body of this.program.tasks) this.spawn(body, { name: "start" }, false, 0);
    for (const { delay, body } of this.program.timers) {
      this.loop.callLater(delay, () => this.runCallback(body, "timer"));
    }
    this.loop.callLater(QUIET, () => this.quiet(0));
  }

  /** Nothing but this timer is left: what still waits is helped on, a few times, and then cancelled. */
  private quiet(round: number): void {
    const left = this.registry.filter((task) => !task.done());
    this.log("end", round, left.map((task) => this.registry.indexOf(task)).join(" "));
    if (left.length === 0 || round > MOST_ROUNDS) {
      this.loop.stop();
      return;
    }
    if (round < HELPING_ROUNDS) this.help();
    else for (const task of left) task.cancel();
    this.loop.callLater(QUIET, () => this.quiet(round + 1));
  }

  private help(): void {
    for (const event of this.events) {
      event.set();
      event.clear();
    }
    for (const [index, future] of this.futures.entries()) {
      if (!future.done()) future.setResult("help");
      this.futures[index] = this.loop.createFuture();
    }
    for (const queue of this.queues) ignoreErrors(() => (queue.full() ? queue.getNowait() : queue.putNowait(5)));
    for (const one of [...this.locks, ...this.semaphores]) {
      if (one.locked()) ignoreErrors(() => one.release());
    }
  }

  private log(name: string, number: number | "", what: string): void {
    if (this.over) return;
    if (this.trace.length >= MOST_EVENTS) {
      this.over = true;
      this.loop.stop();
      return;
    }
    const task = currentTask();
    const cancelling = task === undefined ? "" : ` c=${task.cancelling()}`;
    this.trace.push(`${name} ${number} ${what} | t=${this.loop.time()}${cancelling} ${this.state()}`);
  }

  private state(): string {
    const flag = (value: boolean): string => (value ? "1" : "0");
    return [
      [...this.locks, ...this.semaphores, ...this.conditions].map((one) => flag(one.locked())).join(""),
      this.events.map((one) => flag(one.isSet())).join(""),
      this.queues.map((queue) => queue.qsize()).join(","),
      `${this.barrier.nWaiting}${flag(this.barrier.broken)}`,
      this.futures.map(endingOf).join(""),
      this.registry.map(endingOf).join(""),
    ].join(" ");
  }

  // ---- functions of the program ----

  private define<T>(number: number, start: () => Steps<T>): Coroutine<T> {
    const asynchronous =
      this.form === "async functions" || (this.form === "mixed" && (number + this.registry.length) % 2 === 0);
    return asynchronous ? asAsyncFunction(start) : asGenerator(start);
  }

  private register(task: Task<unknown>): void {
    if (!this.registry.includes(task)) this.registry.push(task);
  }

  private spawn(body: Block, place: Place, eagerStart: boolean, number: number, group?: TaskGroup): void {
    const name = `T${this.registry.length}`;
    const steps = this.frame(body, { name, group: place.group }, number);
    this.register(group?.createTask(steps, { eagerStart }) ?? createTask(steps, { eagerStart }));
  }

  /** A coroutine of the program: what it returns is its name. */
  private frame(body: Block, place: Place, number: number): Coroutine<string> {
    const { name } = place;
    return this.define(number, () => this.running(body, place, name));
  }

  private *running(body: Block, place: Place, name: string): Steps<string> {
    this.register(currentTask() as Task<unknown>);
    this.log(name, "", "begins");
    try {
      yield* this.block(body, place);
    } catch (error) {
      this.log(name, "", `throws ${describeValue(error)}`);
      throw error;
    }
    this.log(name, "", "returns");
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
    this.log(place.name, id, op);
    let outcome: unknown;
    try {
      outcome = yield* this.perform(statement, place);
    } catch (error) {
      this.log(place.name, id, `${op}: ${describeValue(error)}`);
      throw error;
    }
    const returned = outcome === RETURNED;
    this.log(place.name, id, `${op}: ${returned ? "returned" : describeValue(outcome)}`);
    return returned;
  }

  private runCallback(statements: readonly (Immediate & Numbered)[], name: string): void {
    for (const statement of statements) {
      this.log(name, statement.id, `${statement.op}: ${describeValue(this.tryNow(statement))}`);
    }
  }

  // ---- what does not wait ----

  /** Misuse is an error that is logged and goes no further, or few programs would come far. */
  private tryNow(statement: Immediate & Numbered): unknown {
    try {
      return this.performNow(statement);
    } catch (error) {
      return error;
    }
  }

  private performNow(statement: Immediate & Numbered): unknown {
    const { registry, futures, id } = { ...this, id: statement.id };
    switch (statement.op) {
      case "cancel": {
        const task = registry[statement.task % registry.length] as Task<unknown>;
        const cancelled = task.cancel(...(statement.message === null ? [] : [statement.message]));
        return [cancelled, task.cancelling()];
      }
      case "uncancel":
        return (registry[statement.task % registry.length] as Task<unknown>).uncancel();
      case "setResult":
        return pick(futures, statement.future).setResult("value");
      case "setError":
        return pick(futures, statement.future).setException(new ProgramError(`E${id}`));
      case "cancelFuture":
        return pick(futures, statement.future).cancel();
      case "newFuture":
        futures[statement.future] = this.loop.createFuture();
        return undefined;
      case "releaseLock":
        return pick(this.locks, statement.lock).release();
      case "releaseSemaphore":
        return pick(this.semaphores, statement.semaphore).release();
      case "setEvent":
        return pick(this.events, statement.event).set();
      case "clearEvent":
        return pick(this.events, statement.event).clear();
      case "notify": {
        const condition = pick(this.conditions, statement.condition);
        (this.counters[statement.condition] as number)++;
        return statement.count === 0 ? condition.notifyAll() : condition.notify(statement.count);
      }
      case "putNowait":
        return pick(this.queues, statement.queue).putNowait(statement.item);
      case "getNowait":
        return pick(this.queues, statement.queue).getNowait();
      case "taskDone":
        return pick(this.queues, statement.queue).taskDone();
      case "shutdown":
        return pick(this.queues, statement.queue).shutdown({ immediate: statement.immediate });
      case "whenDone":
        return (registry[statement.task % registry.length] as Task<unknown>).addDoneCallback((task) =>
          this.log("done", id, endingOf(task)),
        );
    }
  }

  // ---- what waits ----

  /** A task that was made after the one that runs, so that nobody waits in a circle. */
  private later(number: number): Task<unknown> | undefined {
    const first = this.registry.indexOf(currentTask() as Task<unknown>) + 1;
    return this.registry[first + (number % (this.registry.length - first))];
  }

  private argument(argument: Argument, place: Place, number: number): Awaitable<unknown> | undefined {
    if (argument.kind === "body") return this.frame(argument.body, place, number);
    return argument.kind === "task" ? this.later(argument.task) : pick(this.futures, argument.future);
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
        return place.timeout.reschedule(statement.delay === null ? null : this.loop.time() + statement.delay);
      case "callSoon":
        this.loop.callSoon(() => this.runCallback(statement.body, `soon${id}`));
        return undefined;
      case "callLater":
        this.loop.callLater(statement.delay, () => this.runCallback(statement.body, `later${id}`));
        return undefined;
      case "raise":
        throw new ProgramError(`E${id}`);
      case "return":
        return RETURNED;
      case "sleep":
        return yield* on(sleep(statement.delay));
      case "awaitTask": {
        const task = this.later(statement.task);
        return task === undefined ? "nobody" : yield* on(task);
      }
      case "awaitFuture":
        return yield* on(pick(this.futures, statement.future));
      case "call": {
        const name = `${place.name}/${id}`;
        return yield* on(this.frame(statement.body, { name, group: place.group }, id));
      }
      case "repeat":
        for (let time = 0; time < statement.times; time++) {
          if (yield* this.block(statement.body, place)) return RETURNED;
        }
        return undefined;
      case "try":
        return yield* this.trying(statement, place);
      case "gather":
        return yield* on(
          statement.returnExceptions
            ? gather(this.arguments(statement, place), { returnExceptions: true })
            : gather(this.arguments(statement, place)),
        );
      case "wait":
        return yield* this.waiting(statement, place);
      case "waitFor": {
        const [one] = this.arguments(statement, place);
        return one === undefined ? "nobody" : yield* on(waitFor(one, statement.timeout));
      }
      case "shield": {
        const [one] = this.arguments(statement, place);
        return one === undefined ? "nobody" : yield* on(shield(one));
      }
      case "asCompleted":
        return yield* this.completing(statement, place);
      case "timeout": {
        const scope = timeout(statement.delay);
        try {
          return returnedIf(yield* on(scope.with(this.inside(statement, { ...place, timeout: scope }))));
        } finally {
          this.log(place.name, id, `expired ${scope.expired()}`);
        }
      }
      case "group": {
        const group = new TaskGroup();
        return returnedIf(yield* on(group.with(this.inside(statement, { ...place, group }))));
      }
      case "withLock":
        return returnedIf(
          yield* on(pick(this.locks, statement.lock).with(this.inside(statement, place))),
        );
      case "withSemaphore":
        return returnedIf(
          yield* on(pick(this.semaphores, statement.semaphore).with(this.inside(statement, place))),
        );
      case "withCondition":
        return returnedIf(
          yield* on(pick(this.conditions, statement.condition).with(this.inside(statement, place))),
        );
      case "withBarrier":
        return returnedIf(
          yield* on(
            this.barrier.with((position) => {
              this.log(place.name, id, `position ${position}`);
              return this.inside(statement, place);
            }),
          ),
        );
      case "acquireLock":
        yield* on(pick(this.locks, statement.lock).acquire());
        return undefined;
      case "acquireSemaphore":
        yield* on(pick(this.semaphores, statement.semaphore).acquire());
        return undefined;
      case "waitCondition":
        return yield* on(pick(this.conditions, statement.condition).wait());
      case "waitForCondition": {
        const { condition, count } = statement;
        return yield* on(
          pick(this.conditions, condition).waitFor(() => (this.counters[condition] as number) >= count),
        );
      }
      case "waitEvent":
        return yield* on(pick(this.events, statement.event).wait());
      case "waitBarrier":
        return yield* on(this.barrier.wait());
      case "resetBarrier":
        return yield* on(this.barrier.reset());
      case "abortBarrier":
        return yield* on(this.barrier.abort());
      case "put":
        return yield* on(pick(this.queues, statement.queue).put(statement.item));
      case "get":
        return yield* on(pick(this.queues, statement.queue).get());
      case "join":
        return yield* on(pick(this.queues, statement.queue).join());
      default:
        return this.tryNow(statement);
    }
  }

  private *trying(statement: Statement & { op: "try" }, place: Place): Steps<unknown> {
    let returned: boolean;
    try {
      returned = yield* this.block(statement.body, place);
    } catch (error) {
      const others = isCancellation(error) ? "errors" : "cancellations";
      if (statement.catches === "nothing" || statement.catches === others) throw error;
      this.log(place.name, statement.id, `caught ${describeValue(error)}`);
      returned = yield* this.block(statement.handler, place);
      if (statement.again) throw error;
    } finally {
      if (statement.last.length > 0) {
        this.log(place.name, statement.id, "finally");
        yield* this.block(statement.last, place);
      }
    }
    return returnedIf(returned);
  }

  private *waiting(statement: Statement & { op: "wait" }, place: Place): Steps<unknown> {
    const futures = this.arguments(statement, place).map((one) => {
      if (one instanceof Future) return one;
      const task = createTask(one as Coroutine<unknown>);
      this.register(task);
      return task;
    });
    if (futures.length === 0) return "nobody";
    const { returnWhen } = statement;
    const { done, pending } = yield* on(wait(futures, { timeout: statement.timeout, returnWhen }));
    return [done, pending].map((part) => [...part].map((one) => futures.indexOf(one)));
  }

  private *completing(statement: Statement & { op: "asCompleted" }, place: Place): Steps<unknown> {
    const results: unknown[] = [];
    for (const next of asCompleted(this.arguments(statement, place), { timeout: statement.timeout })) {
      try {
        results.push(yield* on(next));
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
        results.push(error);
      }
      this.log(place.name, statement.id, `completed ${describeValue(results.at(-1))}`);
    }
    return results;
  }
}

function returnedIf(returned: boolean): unknown {
  return returned ? RETURNED : undefined;
}

/** Shut down, or released too often. */
function ignoreErrors(call: () => unknown): void {
  try {
    call();
  } catch {}
}

function isCancellation(error: unknown): boolean {
  return describeValue(error).startsWith("Cancelled");
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}

function endingOf(future: Future<unknown>): string {
  if (!future.done()) return ".";
  if (future.cancelled()) return "c";
  return future.exception() === undefined ? "v" : "e";
}
