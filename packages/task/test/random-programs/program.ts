/**
 * Random programs: trees of statements, as data, so that fast-check can make smaller ones of one that fails.
 *
 * `interpret.ts` runs them. What is written in one kind of function and needs the other (a generator can't
 * await a native promise) is put into a function of that kind by the interpreter.
 */
import * as fc from "fast-check";

export type Kind = "async" | "generator";
export type Combinator = "race" | "all" | "any" | "allSettled";
/** The ways in which an operation answers when its signal is aborted. */
export type Answer = "obeys" | "obeys late" | "ignores" | "resolves" | "fails";

export interface Body {
  readonly kind: Kind;
  readonly block: readonly Statement[];
}

export type Statement =
  | { readonly is: "sleep"; readonly delay: number }
  /** A native promise that settles after so many units of the virtual clock. */
  | { readonly is: "native"; readonly delay: number; readonly fails: boolean }
  /** So many microtasks. */
  | { readonly is: "settled"; readonly microtasks: number }
  /** Native combinators of async functions; what they leave behind runs on. */
  | { readonly is: "combine"; readonly how: Combinator; readonly branches: readonly (readonly Statement[])[] }
  /** An async function that nobody awaits. */
  | { readonly is: "background"; readonly block: readonly Statement[] }
  | { readonly is: "call"; readonly body: Body }
  | { readonly is: "group"; readonly body: Body; readonly children: readonly Body[] }
  /** A late child of the innermost group, or the end of it. */
  | { readonly is: "spawn"; readonly child: Body }
  | { readonly is: "cancelGroup" }
  | { readonly is: "timeout"; readonly delay: number; readonly moved: number | null; readonly body: Body }
  | { readonly is: "shield"; readonly body: Body }
  | {
      readonly is: "child";
      readonly body: Body;
      readonly eager: boolean;
      readonly meanwhile: readonly Statement[];
    }
  | { readonly is: "gather"; readonly bodies: readonly Body[]; readonly returnExceptions: boolean }
  | { readonly is: "abortable"; readonly delay: number; readonly answer: Answer }
  /** A native promise that obeys the signal of the task. */
  | { readonly is: "signal"; readonly delay: number }
  | { readonly is: "lock"; readonly block: readonly Statement[] }
  | { readonly is: "put" }
  | { readonly is: "get" }
  | {
      readonly is: "try";
      readonly block: readonly Statement[];
      /** The statements of a catch of everything; undefined: there is none. */
      readonly caught: readonly Statement[] | undefined;
      readonly uncancels: boolean;
      readonly rethrows: boolean;
      readonly cleanUp: readonly Statement[];
    }
  | { readonly is: "throw" }
  /** Cancels the task that it runs in, or one made before. */
  | { readonly is: "cancel"; readonly back: number };

/** One `cancel()` from outside: of the task that was made as the nth, before a turn or at a time. */
export interface Shot {
  readonly victim: number;
  readonly turn?: number;
  readonly time?: number;
}

const delays = fc.constantFrom(0, 1, 2, 3, 5, 10, 30);
const natively = fc.constantFrom(1, 1, 2, 3, 5, 20);
const kinds = fc.constantFrom<Kind>("async", "async", "generator");

const leaves: readonly fc.WeightedArbitrary<Statement>[] = [
  { weight: 9, arbitrary: fc.record({ is: fc.constant("sleep" as const), delay: delays }) },
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant("native" as const),
      delay: natively,
      fails: fc.nat(9).map((one) => one === 9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant("settled" as const), microtasks: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("abortable" as const),
      delay: natively,
      answer: fc.constantFrom<Answer>("obeys", "obeys late", "ignores", "resolves", "fails"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("put" as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("get" as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("throw" as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("cancelGroup" as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("cancel" as const), back: fc.nat(2) }) },
];
/** Programs that use the task's signal are in doubt nearly everywhere, so not many do. */
const signal: fc.WeightedArbitrary<Statement> = {
  weight: 2,
  arbitrary: fc.record({ is: fc.constant("signal" as const), delay: natively }),
};

/**
 * Which programs: with the task's signal, too; or only those that have one line in each task and no native
 * promise.
 */
type Choice = "all" | "with signal" | "plain";
const NOT_PLAIN: ReadonlySet<string> = new Set(["native", "settled", "abortable", "combine", "background"]);

function statement(depth: number, choice: Choice): fc.Arbitrary<Statement> {
  const simple = choice === "with signal" ? [...leaves, signal] : leaves;
  const all = depth === 0 ? simple : [...simple, ...compound(depth - 1, choice)];
  const chosen = fc.oneof(...all);
  return choice === "plain" ? chosen.filter(({ is }) => !NOT_PLAIN.has(is)) : chosen;
}

function compound(depth: number, choice: Choice): readonly fc.WeightedArbitrary<Statement>[] {
  const block = statements(depth, choice);
  const body = bodies(depth, choice);
  return [
    {
      weight: 5,
      arbitrary: fc.record({
        is: fc.constant("combine" as const),
        how: fc.constantFrom<Combinator>("race", "race", "all", "any", "allSettled"),
        branches: fc.array(block, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ is: fc.constant("background" as const), block }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constant("call" as const), body }) },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant("group" as const),
        body,
        children: fc.array(body, { maxLength: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ is: fc.constant("spawn" as const), child: body }) },
    {
      weight: 4,
      arbitrary: fc.record({
        is: fc.constant("timeout" as const),
        delay: delays,
        moved: fc.option(delays, { nil: null, freq: 3 }),
        body,
      }),
    },
    { weight: 1, arbitrary: fc.record({ is: fc.constant("shield" as const), body }) },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant("child" as const),
        body,
        eager: fc.nat(3).map((one) => one === 3),
        meanwhile: block,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant("gather" as const),
        bodies: fc.array(body, { minLength: 1, maxLength: 2 }),
        returnExceptions: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ is: fc.constant("lock" as const), block }) },
    {
      weight: 6,
      arbitrary: fc.record({
        is: fc.constant("try" as const),
        block,
        caught: fc.option(block, { nil: undefined }),
        uncancels: fc.nat(3).map((one) => one === 3),
        rethrows: fc.boolean(),
        cleanUp: fc.oneof(fc.constant([]), block),
      }),
    },
  ];
}

function statements(depth: number, choice: Choice): fc.Arbitrary<readonly Statement[]> {
  return fc.array(statement(depth, choice), { minLength: depth === 0 ? 0 : 1, maxLength: 3 });
}

function bodies(depth: number, choice: Choice): fc.Arbitrary<Body> {
  return fc.record({ kind: kinds, block: statements(depth, choice) });
}

/** Whole programs: five of six without the task's signal. */
export const programs: fc.Arbitrary<Body> = fc.oneof(
  { weight: 5, arbitrary: bodies(3, "all") },
  { weight: 1, arbitrary: bodies(3, "with signal") },
);

export const plainPrograms: fc.Arbitrary<Body> = bodies(3, "plain");

/**
 * Returns the program with all its bodies of one kind. An eager async function runs less far than an eager
 * generator.
 */
export function withKind(program: Body, kind: Kind): Body {
  const replace = (key: string, value: unknown): unknown => {
    if (key === "kind") return kind;
    return key === "eager" ? false : value;
  };
  return JSON.parse(JSON.stringify(program), replace) as Body;
}

/** Cancellations of a task at random times, several at once. */
export const shots: fc.Arbitrary<readonly Shot[]> = fc.array(
  fc.record({ victim: fc.oneof(fc.constant(0), fc.nat(4)), time: fc.nat(12) }),
  { minLength: 1, maxLength: 3 },
);

/** All statements of a program. */
export function* statementsOf(block: readonly Statement[]): Generator<Statement> {
  for (const one of block) {
    yield one;
    for (const inner of blocksIn(one)) yield* statementsOf(inner);
  }
}

function blocksIn(one: Statement): readonly (readonly Statement[])[] {
  if (one.is === "combine") return one.branches;
  if (one.is === "background" || one.is === "lock") return [one.block];
  if (one.is === "call" || one.is === "shield" || one.is === "timeout") return [one.body.block];
  if (one.is === "group") return [one.body.block, ...one.children.map(({ block }) => block)];
  if (one.is === "spawn") return [one.child.block];
  if (one.is === "child") return [one.body.block, one.meanwhile];
  if (one.is === "gather") return one.bodies.map(({ block }) => block);
  if (one.is === "try") return [one.block, one.caught ?? [], one.cleanUp];
  return [];
}
