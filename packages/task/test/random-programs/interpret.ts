/**
 * Runs random programs. The statements are programs of the test kit: written once, they wait in an async
 * function or in a generator coroutine. Each function that runs beside others is a `Line` of the model.
 */
import { type Body as AnyBody, coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled } from "@asyncio-ts/future";
import {
  abortable,
  createTask,
  currentSignal,
  currentTask,
  gather,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
} from "@asyncio-ts/task";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";
import { Line, type Promised, type World } from "./model.js";
import type { Answer, Body, Combinator, Kind, Statement } from "./program.js";
import {
  type Children,
  enter,
  type Entered,
  type Failure,
  groupEnds,
  isCancellation,
  timeoutEnds,
} from "./scopes.js";
import type { Shared } from "./shared.js";

/** Where a piece of code runs. */
interface Code {
  readonly world: World;
  readonly shared: Shared;
  readonly line: Line;
  readonly kind: Kind;
  readonly group: { readonly group: TaskGroup; readonly children: Children } | undefined;
}

class Thrown extends Error {}

const kinds = { async: bothKinds[0], generator: bothKinds[1] };

function as<T, Args extends unknown[]>(
  kind: Kind,
  scenario: (...args: Args) => Program<T>,
): (...args: Args) => never {
  return kinds[kind]?.body(scenario) as never;
}

/** The body of a new task. */
export function taskBody(
  world: World,
  shared: Shared,
  body: Body,
  ended?: (task: Task<unknown>) => void,
): AnyBody<string> {
  return as(body.kind, function* (): Program<string> {
    const task = currentTask() as Task<unknown>;
    const record = world.recordOf(task);
    const code = { world, shared, line: record.main, kind: body.kind, group: undefined };
    world.linesAlive++;
    let failed: Failure | undefined;
    try {
      yield* run(code, body.block);
      return "returned";
    } catch (error) {
      failed = { error };
      throw error;
    } finally {
      world.position++;
      world.linesAlive--;
      world.say(`${task.name} ended${failed === undefined ? "" : ` with ${String(failed.error)}`}`);
      ended?.(task);
    }
  });
}

function spawn(code: Code, body: Body, eager: boolean, make = createTask): Task<unknown> {
  const children = code.group?.children;
  const { world, shared } = code;
  const task = make(
    taskBody(world, shared, body, (one) => children?.ended.set(one, ++world.position)),
    { name: `T${world.tasks.length}`, eagerStart: eager },
  );
  world.tasks.push(task as Task<unknown>);
  if (eager && code.line.told > 0) {
    // Its first step runs in the turn of told code, whose marks its promises get.
    world.count("in doubt: an eager task made in a clean-up");
    world.recordOf(task as Task<unknown>).doubtful = true;
  }
  return task as Task<unknown>;
}

/** One wait, with what the model promises about it. */
function* wait<T>(code: Code, promised: Promised, make: () => PromiseLike<T>): Program<T> {
  const ends = code.world.begins(code.line, promised);
  let value: T;
  try {
    value = (yield* awaited(make())) as never;
  } catch (error) {
    ends({ error });
    throw error;
  }
  ends();
  return value;
}

function due(world: World, delay: number): Promised["onItsWay"] {
  const then = world.loop.time() + delay;
  return ({ time }) => time >= then;
}

function promise(what: string, promised: Partial<Promised> = {}): Promised {
  return {
    what,
    suspends: true,
    private: true,
    over: false,
    cameAtOnce: () => false,
    onItsWay: () => false,
    ...promised,
  };
}

function* run(code: Code, block: readonly Statement[]): Program<void> {
  for (const one of block) yield* statement(code, one);
}

/** Runs a statement in an async function, whatever it stands in. */
function* inAsync<T>(code: Code, scenario: (inner: Code) => Program<T>): Program<T> {
  if (code.kind === "async") return yield* scenario(code);
  return (yield* awaited(
    coroutine(as("async", () => scenario({ ...code, kind: "async" })) as () => Promise<T>)(),
  )) as never;
}

/** A promise that is not of this library; the loop settles it. */
function native(world: World, delay: number, fails: boolean): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    world.loop.callLater(delay, () => (fails ? reject(new Thrown("native")) : resolve()));
  });
}

function* statement(code: Code, one: Statement): Program<void> {
  const { world, shared, line } = code;
  world.count(`ran ${one.is}`);
  switch (one.is) {
    case "sleep":
      yield* wait(
        code,
        promise(`sleep ${one.delay}`, one.delay === 0 ? {} : { onItsWay: due(world, one.delay) }),
        () => sleep(one.delay),
      );
      return;
    case "native":
      yield* inAsync(code, function* (): Program<void> {
        yield* awaited(native(world, one.delay, one.fails));
        world.say(`${line.of.task.name} comes back from a native promise`);
      });
      return;
    case "settled":
      yield* inAsync(code, function* (): Program<void> {
        for (let i = 0; i < one.microtasks; i++) yield* awaited(Promise.resolve());
      });
      return;
    case "combine":
      yield* inAsync(code, (inner) => combine(inner, one));
      return;
    case "background":
      yield* inAsync(code, function* (inner): Program<void> {
        void branch(inner, one.block).promise.catch(() => {});
      });
      return;
    case "call":
      yield* awaited(
        coroutine(as(one.body.kind, () => run({ ...code, kind: one.body.kind }, one.body.block)))(),
      );
      return;
    case "group":
      yield* group(code, one);
      return;
    case "spawn":
    case "cancelGroup":
      if (code.group === undefined || code.group.children.cancelled) return;
      if (one.is === "cancelGroup") code.group.group.cancel();
      else spawnInGroup(code, one.child);
      return;
    case "timeout":
      yield* deadline(code, one);
      return;
    case "shield":
      yield* wait(code, promise("shield", { private: false, onItsWay: () => true }), () =>
        shield(spawn({ ...code, group: undefined }, one.body, false)),
      );
      return;
    case "child":
      yield* child(code, one);
      return;
    case "gather": {
      const tasks = one.bodies.map((body) => spawn({ ...code, group: undefined }, body, false));
      try {
        yield* wait(code, promise("gather", { private: false, onItsWay: () => true }), () =>
          gather(tasks, { returnExceptions: one.returnExceptions }),
        );
      } catch (error) {
        if (!isCancelled(error)) world.maybeTell(line, "a child of a gather failed");
        throw error;
      }
      return;
    }
    case "abortable":
      yield* wait(code, promise("abortable", { suspends: false, onItsWay: () => true }), () =>
        abortable((signal) => operation(world, signal, one.delay, one.answer)),
      );
      return;
    case "signal":
      yield* inAsync(code, () => signalled(code, one.delay));
      return;
    case "lock":
      yield* locked(code, one.block);
      return;
    case "put":
      shared.queue.put(++world.position);
      return;
    case "get":
      yield* get(code);
      return;
    case "try":
      yield* attempt(code, one);
      return;
    case "throw":
      throw new Thrown(`thrown at ${++world.position}`);
    case "cancel": {
      const { tasks } = world;
      const victim = one.back === 0 ? line.of.task : tasks.at(-one.back);
      victim?.cancel();
      return;
    }
  }
}

interface Branch {
  readonly line: Line;
  readonly promise: Promise<void>;
  endedIn: number | undefined;
}

/** An async function that runs beside the code that calls it. */
function branch(code: Code, block: readonly Statement[]): Branch {
  const { world } = code;
  const inner: Code = { ...code, kind: "async", line: new Line(code.line.of, code.line), group: undefined };
  const made: { -readonly [K in keyof Branch]: Branch[K] } = {
    line: inner.line,
    endedIn: undefined,
    promise: undefined as never,
  };
  world.linesAlive++;
  made.promise = as("async", function* (): Program<void> {
    try {
      yield* run(inner, block);
    } finally {
      world.linesAlive--;
      made.endedIn = world.scheduler.turns;
      world.say(`${inner.line.of.task.name}: a branch ended`);
    }
  })() as Promise<void>;
  return made;
}

const combinators: Record<Combinator, (promises: Promise<void>[]) => Promise<unknown>> = {
  race: (promises) => Promise.race(promises),
  all: (promises) => Promise.all(promises),
  any: (promises) => Promise.any(promises),
  allSettled: (promises) => Promise.allSettled(promises),
};

function* combine(code: Code, one: Statement & { is: "combine" }): Program<void> {
  const { world, line } = code;
  const branches = one.branches.map((block) => branch(code, block));
  try {
    yield* awaited(combinators[one.how](branches.map((each) => each.promise)));
  } finally {
    world.say(`${line.of.task.name} goes on after ${one.how}`);
    const wakers = branches
      .filter(({ endedIn }) => endedIn === world.scheduler.turns)
      .map((each) => each.line);
    if (wakers.length > 1) world.count("ambiguous: several ended in the turn");
    line.follow(
      wakers.length === 0 ? 0 : Math.min(...wakers.map(({ told }) => told)),
      Math.max(
        0,
        ...(wakers.length === 0 ? branches.map((each) => each.line) : wakers).map((each) => each.maybeTold),
      ),
    );
    for (const waker of wakers) if (waker.wasRenewed) line.renewedBy(waker.told);
  }
}

function spawnInGroup(code: Code, body: Body): void {
  const { world, group: scope } = code;
  if (scope === undefined) return;
  try {
    const task = spawn(code, body, false, (made, options) => scope.group.createTask(made, options) as never);
    scope.children.tasks.push(task);
  } catch {
    world.count("a group that takes no more");
  }
}

function* group(code: Code, one: Statement & { is: "group" }): Program<void> {
  const { world, line } = code;
  const made = new TaskGroup();
  const children: Children = { tasks: [], ended: new Map(), cancelled: false };
  const entered = enter(world, line);
  let failed: Failure | undefined;
  const body = as(one.body.kind, function* (): Program<void> {
    const inner = { ...code, kind: one.body.kind, group: { group: made, children } };
    for (const each of one.children) spawnInGroup(inner, each);
    yield* noting(world, entered, () => run(inner, one.body.block));
  });
  try {
    yield* awaited(made.with(body));
  } catch (error) {
    failed = { error };
    throw error;
  } finally {
    children.cancelled = true;
    world.say(
      `${line.of.task.name} leaves a group${failed === undefined ? "" : ` with ${String(failed.error)}`}`,
    );
    groupEnds(
      world,
      line,
      made,
      children,
      entered,
      failed,
      line.of.requests.some(({ owner }) => owner === made),
    );
  }
}

function* deadline(code: Code, one: Statement & { is: "timeout" }): Program<void> {
  const { world, line } = code;
  const made = timeout(one.delay);
  const entered = enter(world, line);
  let failed: Failure | undefined;
  const body = as(one.body.kind, function* (): Program<void> {
    if (one.moved !== null) made.reschedule(world.loop.time() + one.moved);
    yield* noting(world, entered, () => run({ ...code, kind: one.body.kind }, one.body.block));
  });
  try {
    yield* awaited(made.with(body));
  } catch (error) {
    failed = { error };
    throw error;
  } finally {
    world.say(
      `${line.of.task.name} leaves a timeout${failed === undefined ? "" : ` with ${String(failed.error)}`}`,
    );
    timeoutEnds(world, line, made, entered, failed);
  }
}

/** Notes how the body of a scope ends. */
function* noting(world: World, entered: Entered, scenario: () => Program<void>): Program<void> {
  entered.at = ++world.position;
  try {
    yield* scenario();
  } catch (error) {
    entered.bodyFailed = { error };
    throw error;
  } finally {
    entered.bodyEnded = ++world.position;
  }
}

function* child(code: Code, one: Statement & { is: "child" }): Program<void> {
  const { world, line } = code;
  const task = spawn({ ...code, group: undefined }, one.body, one.eager);
  yield* run(code, one.meanwhile);
  let failed: Failure | undefined;
  const over = task.done();
  try {
    yield* wait(
      code,
      promise("child", { suspends: false, private: false, over, onItsWay: () => true }),
      () => task,
    );
  } catch (error) {
    failed = { error };
    throw error;
  } finally {
    // The outcome of a task that was done before has answered for nothing.
    if (!over && (failed === undefined || !isCancelled(failed.error)))
      world.childEnded(line, world.recordOf(task));
  }
}

async function operation(world: World, signal: AbortSignal, delay: number, answer: Answer): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
  const ended = native(world, delay, false);
  if (answer === "ignores") return ended;
  await Promise.race([ended, aborted]);
  if (!signal.aborted || answer === "resolves") return;
  if (answer === "obeys late") await native(world, 2, false);
  if (answer === "fails") throw new Thrown("an error of the operation");
  throw signal.reason;
}

function* signalled(code: Code, delay: number): Program<void> {
  const { world, line } = code;
  line.of.doubtful = true;
  const signal = currentSignal();
  try {
    yield* awaited(
      new Promise<void>((resolve, reject) => {
        const stop = (): void => reject(new DOMException("stopped", "AbortError"));
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop);
        world.loop.callLater(delay, resolve);
      }),
    );
  } catch (error) {
    world.maybeTell(line, "by the signal");
    throw error;
  }
}

/** Notes when a wait was granted what it waits for. */
class Grant {
  private readonly world: World;
  private readonly begun: number;
  private at = Infinity;
  private turn = -1;

  constructor(world: World) {
    this.world = world;
    this.begun = world.scheduler.turns;
  }

  readonly granted = (): void => {
    this.at = ++this.world.position;
    this.turn = this.world.scheduler.turns;
  };

  readonly onItsWay: Promised["onItsWay"] = (request) => this.at < request.asked;
  readonly cameAtOnce: Promised["cameAtOnce"] = () => this.turn === this.begun;
}

function* locked(code: Code, block: readonly Statement[]): Program<void> {
  const { lock } = code.shared;
  if (!lock.take()) {
    const grant = new Grant(code.world);
    const waiter: Future<void> = lock.queueUp(grant.granted);
    yield* wait(code, promise("lock", grant), () => waiter);
  }
  try {
    yield* run(code, block);
  } finally {
    lock.release();
  }
}

function* get(code: Code): Program<void> {
  const { queue } = code.shared;
  const grant = new Grant(code.world);
  const waiter = queue.get(grant.granted);
  const item = waiter.done() ? waiter.result() : yield* wait(code, promise("get", grant), () => waiter);
  queue.taken.push(item);
}

function* attempt(code: Code, one: Statement & { is: "try" }): Program<void> {
  const { world, line } = code;
  try {
    yield* run(code, one.block);
  } catch (error) {
    if (one.caught === undefined) throw error;
    if (isCancellation({ error }))
      world.count(one.rethrows ? "a cancellation caught and thrown on" : "a cancellation swallowed");
    if (one.uncancels && isCancelled(error)) line.of.task.uncancel();
    yield* run(code, one.caught);
    if (one.rethrows) throw error;
  } finally {
    yield* run(code, one.cleanUp);
  }
}
