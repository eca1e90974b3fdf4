/**
 * Makes a failing program smaller than fast-check does, which knows how a program was generated and not what
 * it says: a statement is taken out wherever it stands, a block is put in the place of what is around it, a
 * number becomes 0.
 */
import type { Program } from "./program.js";

const MOST_TRIES = 3000;

/** The smallest program found that still fails. */
export async function reduce(
  program: Program,
  fails: (program: Program) => Promise<boolean>,
): Promise<Program> {
  let tries = 0;
  for (let found = true; found;) {
    found = false;
    for (const [key, value] of [...variants(program.tasks, "tasks"), ...variants(program.timers, "timers")]) {
      if (tries++ === MOST_TRIES) return program;
      const smaller = { ...program, [key]: value } as Program;
      if (!(await fails(smaller))) continue;
      program = smaller;
      found = true;
      break;
    }
  }
  return program;
}

function* variants(value: unknown, key: string): Generator<[key: string, value: unknown]> {
  for (const smaller of smallerThan(value, key)) yield [key, smaller];
}

function* smallerThan(value: unknown, key: string): Generator<unknown> {
  if (Array.isArray(value)) yield* smallerLists(value, key);
  else if (typeof value === "object" && value !== null) {
    for (const [name, inside] of Object.entries(value)) {
      for (const [, smaller] of variants(inside, name)) yield { ...value, [name]: smaller };
    }
  } else if (typeof value === "number" && key !== "id" && value > 0) {
    yield 0;
    if (value > 1) yield value - 1;
  } else if (value === true) yield false;
}

function* smallerLists(list: readonly unknown[], key: string): Generator<unknown[]> {
  const inPlaceOf = (index: number, others: readonly unknown[]): unknown[] => [
    ...list.slice(0, index),
    ...others,
    ...list.slice(index + 1),
  ];
  const fewest = key === "of" || key === "tasks" ? 1 : 0;
  if (list.length > fewest) for (let index = 0; index < list.length; index++) yield inPlaceOf(index, []);
  for (const [index, one] of list.entries()) {
    if (key !== "of" && key !== "tasks" && key !== "timers") {
      for (const block of blocksOf(one)) yield inPlaceOf(index, block);
    }
    for (const smaller of smallerThan(one, key === "tasks" ? "body" : "")) yield inPlaceOf(index, [smaller]);
  }
}

/** The blocks inside a statement that may stand in its place. */
function blocksOf(statement: unknown): readonly unknown[][] {
  return Object.entries(statement as object)
    .filter(([key, value]) => ["body", "handler", "last"].includes(key) && value.length > 0)
    .map(([, value]) => value as unknown[]);
}
