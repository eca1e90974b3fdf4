/**
 * Variables: whose values of context variables the calling code sees. Tasks, callbacks and loops hand their
 * values on by what this file puts into the slot (`Variables` in `contract.ts` of `future`), so they need
 * nothing of this package, and a program without it has none of this code.
 *
 * **Values** are an immutable map, so that a copy of a context costs one reference. **A cell** holds values that a `set` replaces: a context that somebody has changed, or
 * can enter. **A home** is an object that has one or the other, under the key `variables`:
 *   a task             the values that its maker had, or the cell of the context that it was given
 *   a callback         those of the code that registered it; in its turn the step context has them
 *   `Context.run`      the step context has the cell of that context
 *   `slot.variables`   the home of the code outside all of these
 *
 * States of a home:
 *   empty      nothing under the key: it was made before any variable was set, and has no values
 *   copied     `Values`: nobody has set a variable there so far, so the map still is the maker's
 *   own        a `Cell`
 * empty → own and copied → own by the first `set`; a home made for a given context begins as own. Never back.
 *
 * Programs that set no variable pay nothing: until the first `set`, or the first `Context`, `slot.variables` is
 * undefined and no home is given anything. What was made by then has made its copy of nothing.
 *
 * Who is running is asked in the order of `slot.ts`: the step context on the stack, if it is a home itself;
 * else its task, or that of the storage or the turn; else the process. So the values are right wherever the
 * current task is known, and no AsyncLocalStorage is needed.
 *
 * Rejected: a field in each task and callback (2 % of a sleeping task, for programs that have no variables),
 * and an AsyncLocalStorage of its own, which browsers lack.
 */
import { type contract, slot, variables } from "@asyncio-ts/future/internal";
import { currentTaskLike, type ContextLike, type StepContext } from "@asyncio-ts/future/lowlevel";

type Cell = contract.Cell;
type Home = contract.Home;
type Values = contract.Values;

/** The values of a context without any. */
export const noValues: Values = [];

/** Returns what the calling code's home has. */
export function currentVariables(): Values | Cell | undefined {
  return slot.stepping?.[variables] ?? (currentTaskLike() ?? slot.variables)?.[variables];
}

/** Returns the values that a home has. */
export function valuesOf(held: Values | Cell | undefined): Values {
  return held === undefined ? noValues : isCell(held) ? held.values : held;
}

/** Returns the cell of the calling code's home, for a change; the home becomes `own`. */
export function currentCell(): Cell {
  const process = useVariables();
  const { stepping } = slot;
  if (stepping?.[variables] === undefined) return cellOf(currentTaskLike() ?? process);
  const held = stepping[variables];
  if (isCell(held)) return held;
  const cell: Cell = { values: held, entered: false };
  // The step context of a callback may be one for all callbacks.
  slot.stepping = stepWith(cell);
  return cell;
}

/** Returns a step context of the current task with these variables. */
export function stepWith(held: Values | Cell): StepContext {
  return { awaiter: currentTaskLike(), context: slot.stepping?.context, [variables]: held };
}

/** Makes tasks, callbacks and loops hand variables on from now on. Returns the home of the process. */
export function useVariables(): Home {
  return (slot.variables ??= { [variables]: noValues, keep, stepWith, outside, cellOf, hold });
}

function keep(home: Home, context: ContextLike | undefined, eager?: boolean): void {
  if (eager === true && context !== undefined && isEntered(context)) throw enteredAtOnce(context);
  home[variables] = context === undefined ? valuesOf(currentVariables()) : context[variables];
}

function outside(home: Home | undefined): StepContext | undefined {
  const isInside = slot.stepping?.[variables] !== undefined || currentTaskLike() !== undefined;
  return isInside ? undefined : stepWith(valuesOf(home?.[variables]));
}

/** Tells whether code of a context runs: the calling code, or code that has called it. */
export function isEntered({ [variables]: cell }: ContextLike): boolean {
  return cell.entered || cell === currentVariables();
}

function enteredAtOnce(context: ContextLike): Error {
  return new Error(
    `createTask() with eagerStart was given ${String(context)}, in which code runs already; ` +
      "give it context.copy(), or leave out eagerStart",
  );
}

/** Marks the calling code's context as entered. Returns its cell, to take that back; nothing if it was marked. */
export function hold(): Cell | undefined {
  const around = currentVariables();
  if (around === undefined || !isCell(around) || around.entered) return undefined;
  around.entered = true;
  return around;
}

function cellOf(home: Home): Cell {
  const held = home[variables];
  if (held !== undefined && isCell(held)) return held;
  return (home[variables] = { values: valuesOf(held), entered: false });
}

function isCell(held: Values | Cell): held is Cell {
  return !Array.isArray(held);
}
