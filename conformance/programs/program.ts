/**
 * A random program, as data: a few tasks that begin together, and share two locks, two semaphores, two
 * events, two conditions (the second over the first lock), a barrier, three queues (in the order in which
 * items come, last in first out, by priority) and three futures.
 *
 * `interpreter.ts` runs it with this library, `reference.py` with CPython's asyncio. Both log what each
 * statement does. Tasks are named by number: of all that have been made so far, modulo how many there are.
 * A statement that waits for a task picks one that was made after the waiting one, so that nobody waits in
 * a circle.
 */
export interface Program {
  readonly sizes: Sizes;
  readonly tasks: readonly Block[];
  /** The statements that callbacks of the loop run beside the tasks, each at its time. */
  readonly timers: readonly Alarm[];
}

/** In which kind of coroutine each function of a program runs; mixed, they take turns. */
export type Form = "async functions" | "generator coroutines" | "mixed";

export interface Alarm {
  readonly delay: number;
  readonly body: readonly (Immediate & Numbered)[];
}

export interface Sizes {
  readonly semaphore: number;
  readonly bounded: number;
  readonly parties: number;
  readonly queue: number;
}

export type Block = readonly Statement[];

/** Something that a statement waits for: a coroutine of a new body, a task, or one of the futures. */
export type Argument =
  | { readonly kind: "body"; readonly body: Block }
  | { readonly kind: "task"; readonly task: number }
  | { readonly kind: "future"; readonly future: number };

/** A statement that does not wait. It may stand in a callback too. */
export type Immediate =
  | { readonly op: "cancel"; readonly task: number; readonly message: string | null }
  | { readonly op: "uncancel"; readonly task: number }
  | { readonly op: "setResult" | "setError" | "cancelFuture" | "newFuture"; readonly future: number }
  | { readonly op: "releaseLock"; readonly lock: number }
  | { readonly op: "releaseSemaphore"; readonly semaphore: number }
  | { readonly op: "setEvent" | "clearEvent"; readonly event: number }
  | { readonly op: "notify"; readonly condition: number; readonly count: number }
  | { readonly op: "putNowait"; readonly queue: number; readonly item: number }
  | { readonly op: "getNowait" | "taskDone"; readonly queue: number }
  | { readonly op: "shutdown"; readonly queue: number; readonly immediate: boolean }
  | { readonly op: "whenDone"; readonly task: number };

/** A statement that begins something, or leaves the block; it does not wait either. */
export type Beginning =
  | { readonly op: "spawn" | "groupSpawn"; readonly body: Block; readonly eager: boolean }
  | { readonly op: "reschedule"; readonly delay: number | null }
  | { readonly op: "callSoon"; readonly body: readonly (Immediate & Numbered)[] }
  | { readonly op: "callLater"; readonly delay: number; readonly body: readonly (Immediate & Numbered)[] }
  | { readonly op: "raise" | "return" };

export type Waiting =
  | { readonly op: "sleep"; readonly delay: number }
  | { readonly op: "awaitTask"; readonly task: number }
  | { readonly op: "awaitFuture"; readonly future: number }
  | { readonly op: "gather"; readonly of: readonly Argument[]; readonly returnExceptions: boolean }
  | {
      readonly op: "wait";
      readonly of: readonly Argument[];
      readonly timeout: number | null;
      readonly returnWhen: "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";
    }
  | { readonly op: "waitFor"; readonly of: readonly [Argument]; readonly timeout: number | null }
  | { readonly op: "shield"; readonly of: readonly [Argument] }
  | { readonly op: "asCompleted"; readonly of: readonly Argument[]; readonly timeout: number | null }
  | { readonly op: "acquireLock"; readonly lock: number }
  | { readonly op: "acquireSemaphore"; readonly semaphore: number }
  | { readonly op: "waitEvent"; readonly event: number }
  | { readonly op: "waitCondition"; readonly condition: number }
  | { readonly op: "waitForCondition"; readonly condition: number; readonly count: number }
  | { readonly op: "waitBarrier" | "resetBarrier" | "abortBarrier" }
  | { readonly op: "put"; readonly queue: number; readonly item: number }
  | { readonly op: "get" | "join"; readonly queue: number };

/** A statement that has a block inside. */
export type Compound =
  | { readonly op: "call" | "group" | "withBarrier"; readonly body: Block }
  | { readonly op: "repeat"; readonly times: number; readonly body: Block }
  | { readonly op: "timeout"; readonly delay: number | null; readonly body: Block }
  | { readonly op: "withLock"; readonly lock: number; readonly body: Block }
  | { readonly op: "withSemaphore"; readonly semaphore: number; readonly body: Block }
  | { readonly op: "withCondition"; readonly condition: number; readonly body: Block }
  | {
      readonly op: "try";
      readonly body: Block;
      readonly catches: "nothing" | "cancellations" | "errors" | "everything";
      readonly handler: Block;
      /** True if what was caught is thrown again after the handler. */
      readonly again: boolean;
      /** The `finally` block; none if it is empty. */
      readonly last: Block;
    };

export interface Numbered {
  /** The number of the statement in the trace. */
  readonly id: number;
}

/** A statement, before it is numbered. */
export type Unnumbered = Immediate | Beginning | Waiting | Compound;

export type Statement = Unnumbered & Numbered;

/** Calls `visit` with each statement of a program, those in callbacks too. */
export function visitStatements(program: Program, visit: (statement: Statement) => void): void {
  const visitAny = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("op" in value) visit(value as Statement);
    for (const inside of Object.values(value)) visitAny(inside);
  };
  visitAny([program.tasks, program.timers]);
}

/** A copy of tasks or timers in which each statement has a number of its own, in the order of the text. */
export function numbered(program: Record<keyof Program, unknown>): Program {
  let next = 1;
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    const first = "op" in value ? { op: value.op, id: next++ } : {};
    const rest = Object.entries(value).map(([key, inside]) => [key, copy(inside)]);
    return { ...first, ...Object.fromEntries(rest) };
  };
  return copy(program) as Program;
}
