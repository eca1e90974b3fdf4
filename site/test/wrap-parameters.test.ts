import { expect, it } from "vitest";
import { wrapParameters } from "../src/wrap-parameters.js";

const long = "ALongNameOfAType".repeat(5);

it.for([
  ["leaves a short signature", "wait(a: number, b: string): void;", "wait(a: number, b: string): void;"],
  [
    "has a line for each parameter of a long one, but not for those of its functions",
    `function f<A extends (x: 1) => 2, B>(fn: (this: A, b: B) => Map<A, B>, c?: ${long}): (d: 1, e: 2) => void;`,
    `function f<A extends (x: 1) => 2, B>(\n  fn: (this: A, b: B) => Map<A, B>,\n  c?: ${long},\n): (d: 1, e: 2) => void;`,
  ],
  [
    "joins the lines of a short one",
    "f(\n  a: {\n  b: 1;\n},\n  c: 2\n): void;",
    "f(a: { b: 1 }, c: 2): void;",
  ],
  ["leaves one without parameters", `f(): ${long}${long};`, `f(): ${long}${long};`],
  ["leaves what has no list of parameters", `type A = ${long}${long};`, `type A = ${long}${long};`],
] as const)("%s", ([, signature, wrapped]) => {
  expect(wrapParameters(signature)).toBe(wrapped);
});
