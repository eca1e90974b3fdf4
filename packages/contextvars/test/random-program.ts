/**
 * Random programs of sets, gets, resets, contexts, tasks and callbacks, compared with a model: a map for each
 * context, copied whole wherever one is copied. The model knows nothing of homes, cells and trees.
 */
import { Context, ContextVar, copyContext, type Token } from "@asyncio-ts/contextvars";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";
import { awaited, type Kind, type Program, RandomNumbers } from "@asyncio-ts/testkit";
import { expect } from "vitest";

type Model = Map<ContextVar<number>, number>;

interface Kept {
  readonly context: Context;
  readonly model: Model;
}

interface Set {
  readonly token: Token<number>;
  readonly variable: ContextVar<number>;
  readonly model: Model;
  readonly before: number | undefined;
  used: boolean;
}

/** A random program; each of its parts runs beside the model of the context that it is in. */
class RandomProgram {
  private readonly random: RandomNumbers;
  private readonly kind: Kind;
  // More than a node of the tree has.
  private readonly variables = Array.from({ length: 40 }, (_, i) => new ContextVar<number>(`v${i}`));
  private readonly sets: Set[] = [];
  private readonly kept: Kept[] = [];
  private readonly entered: Model[] = [];
  private readonly waits: PromiseLike<unknown>[] = [];
  private parts = 0;
  private value = 0;
  /** How often each kind of step was taken. */
  readonly steps: Map<string, number> = new Map();

  constructor(seed: number, kind: Kind) {
    this.random = new RandomNumbers(seed);
    this.kind = kind;
  }

  *run(): Program<void> {
    yield* this.part(new Map(copyContext().entries() as Iterable<[ContextVar<number>, number]>), 12);
    while (this.waits.length > 0) yield* awaited(this.waits.shift() as PromiseLike<unknown>);
  }

  /** A part that may wait: the body of a task. */
  private *part(model: Model, length: number): Program<void> {
    for (let i = 0; i < length; i++) {
      this.step(model);
      if (this.random.oneIn(2)) yield* awaited(sleep(this.random.below(3)));
      this.check(model);
    }
  }

  private step(model: Model): void {
    const { random } = this;
    const name = random.oneOf(["set", "set", "set", "reset", "task", "callback", "copy", "enter", "given"]);
    this.steps.set(name, (this.steps.get(name) ?? 0) + 1);
    if (name === "set") this.set(model);
    else if (name === "reset") this.reset(model);
    else if (name === "copy") this.kept.push({ context: copyContext(), model: new Map(model) });
    else if (name === "enter") this.enter();
    else if (this.parts++ > 40) return;
    else if (name === "callback") this.callback(model);
    else this.task(model, name === "given" && this.kept.length > 0 ? random.oneOf(this.kept) : undefined);
    this.check(model);
  }

  private set(model: Model): void {
    const variable = this.random.oneOf(this.variables);
    const before = model.get(variable);
    const value = this.value++;
    this.sets.push({ token: variable.set(value), variable, model, before, used: false });
    model.set(variable, value);
  }

  private reset(model: Model): void {
    if (this.sets.length === 0) return;
    const set = this.random.oneOf(this.sets);
    if (set.used || set.model !== model) {
      expect(() => set.variable.reset(set.token)).toThrow("reset() of");
      return;
    }
    set.variable.reset(set.token);
    set.used = true;
    if (set.before === undefined) model.delete(set.variable);
    else model.set(set.variable, set.before);
  }

  private enter(): void {
    if (this.kept.length === 0) return;
    const { context, model } = this.random.oneOf(this.kept);
    if (this.entered.includes(model)) {
      expect(() => context.run(() => {})).toThrow("in which code runs already");
      return;
    }
    this.entered.push(model);
    context.run(() => {
      for (let i = 0; i < 3; i++) this.step(model);
    });
    this.entered.pop();
  }

  private task(model: Model, given: Kept | undefined): void {
    const its = given?.model ?? new Map(model);
    const { part } = this;
    const body = this.kind.body(
      function* (this: RandomProgram): Program<void> {
        // A shared context is entered by each of its tasks, in turn.
        const steps = part.call(this, its, 4);
        for (let step = this.inside(its, steps); step.done !== true; step = this.inside(its, steps)) {
          yield* awaited(step.value);
        }
      }.bind(this),
    );
    this.waits.push(createTask(body, given && { context: given.context }));
  }

  /** Takes a step of a task; while that is on the stack, the context of the task is entered. */
  private inside(model: Model, steps: Program<void>): IteratorResult<PromiseLike<unknown>, void> {
    this.entered.push(model);
    const step = steps.next();
    this.entered.pop();
    return step;
  }

  private callback(model: Model): void {
    const its = new Map(model);
    const called = new Future<void>();
    const callback = (): void => {
      this.entered.push(its);
      for (let i = 0; i < 2; i++) this.step(its);
      this.entered.pop();
      called.setResult();
    };
    const loop = getRunningLoop();
    if (this.random.oneIn(2)) loop.callSoon(callback);
    else loop.callLater(this.random.below(3), callback);
    this.waits.push(called);
  }

  private check(model: Model): void {
    assertEqual(copyContext(), model);
    const { context, model: its } = this.kept.length > 0 ? this.random.oneOf(this.kept) : NONE;
    assertEqual(context, its);
    const variable = this.random.oneOf(this.variables);
    if (variable.get(undefined) !== model.get(variable)) expect(variable.get()).toBe(model.get(variable));
  }
}

const NONE: Kept = { context: new Context(), model: new Map() };

function assertEqual(context: Context, model: Model): void {
  const values = new Map(context.entries());
  const isEqual =
    values.size === model.size && Array.from(values).every(([v, x]) => model.get(v as never) === x);
  // Only then, since it takes a hundred times as long.
  if (!isEqual) expect(values).toEqual(model);
}

/** Runs programs of many seeds; each must agree with the model at each step. */
export async function runRandomPrograms(kind: Kind, count: number): Promise<void> {
  const taken = new Map<string, number>();
  for (let seed = 0; seed < count; seed++) {
    const program = new RandomProgram(seed, kind);
    try {
      await kind.runProgram(() => program.run());
    } catch (error) {
      throw new Error(`the program of seed ${seed} differs from the model`, { cause: error });
    }
    for (const [name, times] of program.steps) taken.set(name, (taken.get(name) ?? 0) + times);
  }
  for (const name of ["set", "reset", "task", "callback", "copy", "enter", "given"]) {
    expect(taken.get(name), name).toBeGreaterThan(2 * count);
  }
}
