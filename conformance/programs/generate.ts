/**
 * Random programs, for fast-check, which also shrinks them: to fewer tasks, fewer statements, smaller
 * numbers.
 *
 * Each has a theme: a few kinds of statement, beside those that belong to every program. With all kinds in
 * each program hardly two tasks would ever meet at one lock.
 */
import * as fc from "fast-check";
import { numbered, type Program } from "./program.js";

const small = fc.nat({ max: 7 });
// The first of a kind more often, so that tasks meet there.
const two = fc.constantFrom(0, 0, 0, 1);
const three = fc.constantFrom(0, 0, 0, 1, 2);
const delay = fc.nat({ max: 5 });
const limit = fc.option(fc.nat({ max: 6 }), { freq: 8 });
const message = fc.option(fc.constantFrom("stop", "enough"), { freq: 1 });
const item = fc.nat({ max: 9 });

/** The statements that belong to one theme or several; all others belong to every one. */
const THEMES: Readonly<Record<string, readonly string[]>> = {
  futures: ["setResult", "setError", "cancelFuture", "newFuture", "awaitFuture", "shield", "gather", "wait"],
  tasks: ["awaitTask", "gather", "wait", "shield", "asCompleted", "whenDone", "uncancel"],
  scopes: ["reschedule", "uncancel", "awaitTask", "return"],
  locks: ["acquireLock", "releaseLock", "withLock"],
  semaphores: ["acquireSemaphore", "releaseSemaphore", "withSemaphore"],
  events: ["setEvent", "clearEvent", "waitEvent"],
  conditions: ["withCondition", "waitCondition", "waitForCondition", "notify", "withLock", "releaseLock"],
  barriers: ["waitBarrier", "withBarrier", "resetBarrier", "abortBarrier"],
  queues: ["put", "get", "join", "putNowait", "getNowait", "taskDone", "shutdown"],
};

const THEMED: ReadonlySet<string> = new Set(Object.values(THEMES).flat());

/** Returns whether a statement may stand in a program with this theme; undefined allows every statement. */
function belongs(op: string, theme: string | undefined): boolean {
  return theme === undefined || !THEMED.has(op) || (THEMES[theme] as readonly string[]).includes(op);
}

/** A kind of statement, and how often it is to be chosen. */
interface Weighted extends fc.WeightedArbitrary<unknown> {
  readonly op: string;
}

function statement(weight: number, op: string, fields: Record<string, fc.Arbitrary<unknown>> = {}): Weighted {
  return { op, weight, arbitrary: fc.record({ op: fc.constant(op), ...fields }) };
}

/**
 * One of those statements that may stand in a program with this theme, those of the theme itself more often.
 */
function oneOf(statements: readonly Weighted[], theme: string | undefined): fc.Arbitrary<unknown> {
  const chosen = statements
    .filter(({ op }) => belongs(op, theme))
    .map(({ op, weight, arbitrary }) => ({
      arbitrary,
      weight: theme !== undefined && THEMED.has(op) ? 3 * weight : weight,
    }));
  return fc.oneof({ withCrossShrink: true }, ...chosen);
}

const immediate: Weighted[] = [
  statement(4, "cancel", { task: small, message }),
  statement(2, "uncancel", { task: small }),
  statement(3, "setResult", { future: three }),
  statement(2, "setError", { future: three }),
  statement(2, "cancelFuture", { future: three }),
  statement(2, "newFuture", { future: three }),
  statement(1, "releaseLock", { lock: two }),
  statement(2, "releaseSemaphore", { semaphore: two }),
  statement(3, "setEvent", { event: two }),
  statement(2, "clearEvent", { event: two }),
  statement(2, "notify", { condition: two, count: three }),
  statement(4, "putNowait", { queue: three, item }),
  statement(3, "getNowait", { queue: three }),
  statement(2, "taskDone", { queue: three }),
  statement(1, "shutdown", { queue: three, immediate: fc.boolean() }),
  statement(1, "whenDone", { task: small }),
];

/** Statements that may wake a task: beside a cancellation, they make one that comes too late. */
const waking: Weighted[] = [
  statement(3, "setResult", { future: three }),
  statement(1, "setError", { future: three }),
  statement(2, "releaseLock", { lock: two }),
  statement(2, "releaseSemaphore", { semaphore: two }),
  statement(2, "setEvent", { event: two }),
  statement(3, "putNowait", { queue: three, item }),
  statement(2, "getNowait", { queue: three }),
  statement(2, "taskDone", { queue: three }),
];

const cancel = statement(3, "cancel", { task: small, message });

function callbacks(theme: string | undefined): fc.Arbitrary<unknown[]> {
  const any = fc.array(oneOf(immediate, theme), { minLength: 1, maxLength: 3, size: "max" });
  const late = fc.tuple(oneOf([...waking, cancel], theme), cancel.arbitrary);
  return fc.oneof({ withCrossShrink: true }, { weight: 2, arbitrary: any }, { weight: 1, arbitrary: late });
}

const waiting: Weighted[] = [
  statement(10, "sleep", { delay }),
  statement(5, "awaitTask", { task: small }),
  statement(4, "awaitFuture", { future: three }),
  statement(2, "acquireLock", { lock: two }),
  statement(2, "acquireSemaphore", { semaphore: two }),
  statement(4, "waitEvent", { event: two }),
  statement(4, "waitBarrier"),
  statement(1, "resetBarrier"),
  statement(1, "abortBarrier"),
  statement(4, "put", { queue: three, item }),
  statement(5, "get", { queue: three }),
  statement(2, "join", { queue: three }),
];

/** With eager tasks or without: an async function cannot end inside the call that starts it. */
function blocks(theme: string | undefined, eagerTasks: boolean): fc.Arbitrary<unknown[]> {
  const callback = callbacks(theme);
  const eager = eagerTasks ? fc.boolean() : fc.constant(false);
  return fc.letrec<{
    top: unknown[];
    block: unknown[];
    short: unknown[];
    inCondition: unknown[];
    argument: unknown;
    statement: unknown;
  }>((tie) => {
    const body = tie("block");
    const one = fc.tuple(tie("argument"));
    const several = fc.array(tie("argument"), { minLength: 1, maxLength: 4, size: "max" });
    const compound: Weighted[] = [
      statement(8, "spawn", { body, eager }),
      statement(4, "groupSpawn", { body, eager }),
      statement(3, "callSoon", { body: callback }),
      statement(3, "callLater", { delay, body: callback }),
      statement(2, "reschedule", { delay: limit }),
      statement(2, "raise"),
      statement(1, "return"),
      statement(5, "gather", { of: several, returnExceptions: fc.boolean() }),
      statement(5, "wait", {
        of: several,
        timeout: limit,
        returnWhen: fc.constantFrom("ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"),
      }),
      statement(4, "waitFor", { of: one, timeout: limit }),
      statement(4, "shield", { of: one }),
      statement(5, "asCompleted", { of: several, timeout: limit }),
      statement(4, "call", { body }),
      statement(3, "repeat", { times: fc.integer({ min: 2, max: 3 }), body }),
      statement(6, "timeout", { delay: limit, body }),
      statement(6, "group", {
        body: fc.tuple(tie("short"), body).map(([spawns, rest]) => spawns.concat(rest)),
      }),
      statement(5, "withLock", { lock: two, body }),
      statement(4, "withSemaphore", { semaphore: two, body }),
      statement(8, "withCondition", { condition: two, body: tie("inCondition") }),
      statement(2, "withBarrier", { body }),
      statement(8, "try", {
        body,
        catches: fc.constantFrom("nothing", "errors", "cancellations", "everything"),
        handler: tie("short"),
        again: fc.boolean(),
        last: fc.oneof(fc.constant([]), tie("short")),
      }),
    ];
    const condition = { condition: two };
    return {
      top: fc.array(tie("statement"), { minLength: 1, maxLength: 7, size: "max" }),
      block: fc.array(tie("statement"), { minLength: 1, maxLength: 4, size: "max" }),
      short: fc.array(tie("statement"), { maxLength: 2, size: "max" }),
      inCondition: fc.array(
        fc.oneof(
          { withCrossShrink: true },
          statement(3, "waitCondition", condition),
          statement(2, "waitForCondition", { ...condition, count: three }),
          statement(3, "notify", { ...condition, count: three }),
          { weight: 4, arbitrary: tie("statement") },
        ),
        { minLength: 1, maxLength: 4, size: "max" },
      ),
      argument: fc.oneof(
        { withCrossShrink: true },
        { weight: 3, arbitrary: fc.record({ kind: fc.constant("task"), task: small }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("future"), future: three }) },
        { weight: 4, arbitrary: fc.record({ kind: fc.constant("body"), body: tie("short") }) },
      ),
      statement: fc.oneof(
        { maxDepth: 4, depthSize: "max", depthIdentifier: "statement", withCrossShrink: true },
        { weight: 10, arbitrary: oneOf(waiting, theme) },
        { weight: 7, arbitrary: oneOf(immediate, theme) },
        { weight: 13, arbitrary: oneOf(compound, theme) },
      ),
    };
  }).top as fc.Arbitrary<unknown[]>;
}

function withTheme(theme: string | undefined): fc.Arbitrary<Pick<Program, "tasks" | "timers">> {
  const tasks = (eagerTasks: boolean): fc.Arbitrary<unknown[]> =>
    fc.array(blocks(theme, eagerTasks), { minLength: 1, maxLength: 5, size: "max" });
  return fc.record({
    tasks: fc.oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: tasks(false) },
      { weight: 1, arbitrary: tasks(true) },
    ),
    timers: fc.array(fc.record({ delay: fc.nat({ max: 12 }), body: callbacks(theme) }), {
      maxLength: 8,
      size: "max",
    }),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Pick<Program, "tasks" | "timers">>;
}

/** Programs. Every fifth may have eager tasks; those run in generator coroutines alone. */
export function programs(): fc.Arbitrary<Program> {
  const sizes = fc.record({
    semaphore: fc.integer({ min: 0, max: 2 }),
    bounded: fc.integer({ min: 1, max: 2 }),
    parties: fc.integer({ min: 1, max: 3 }),
    queue: fc.integer({ min: 0, max: 2 }),
  });
  const scripts = fc.oneof(withTheme(undefined), ...Object.keys(THEMES).map(withTheme));
  return fc.tuple(sizes, scripts).map(([sizes, { tasks, timers }]) => numbered({ sizes, tasks, timers }));
}
