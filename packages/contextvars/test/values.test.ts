import { ContextVar } from "@asyncio-ts/contextvars";
import { RandomNumbers } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";
import { bindingsIn, find, type Numbered, number, withBinding } from "../src/values.js";
import { noValues } from "../src/variables.js";

test("random changes agree with a Map, and leave older values as they were", () => {
  const random = new RandomNumbers(20);
  // Near one another as those of a program, and far apart as those of one that makes and forgets variables.
  const numbers = [...Array.from({ length: 70 }, (_, i) => i), 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
  for (let shift = 5; shift < 31; shift++) numbers.push(2 ** shift, 2 ** shift + 1);
  const keys = [...new Set(numbers)].map((n): Numbered => ({ [number]: n }));
  let values = noValues;
  const model = new Map<Numbered, unknown>();
  const kept: [typeof values, Map<Numbered, unknown>][] = [];
  for (let i = 0; i < 3000; i++) {
    const variable = keys[random.below(keys.length)] as Numbered;
    if (random.below(3) === 0) {
      model.delete(variable);
      values = withBinding(values, variable, undefined);
    } else {
      model.set(variable, i);
      values = withBinding(values, variable, { variable, value: i });
    }
    if (i % 100 === 0) kept.push([values, new Map(model)]);
  }
  kept.push([values, model]);
  for (const [values, model] of kept) {
    for (const key of keys) expect(find(values, key)?.value).toBe(model.get(key));
    const listed = Array.from(bindingsIn(values), ({ variable, value }) => [variable, value] as const);
    expect(new Map(listed)).toEqual(model);
    expect(listed).toHaveLength(model.size);
  }
});

test("variables have numbers of their own", () => {
  const numbers = Array.from({ length: 100 }, () => new ContextVar("x")[number]);
  expect(new Set(numbers).size).toBe(100);
});
