/** Generators: how to tell them, and their functions, from everything else. */
import type { Steps } from "@asyncio-ts/future";

/**
 * The class that generator objects would be of, for `instanceof`. Each closure of a generator function has a prototype of
 * its own, so for V8 its generators are objects of a shape never seen before: looking `next` up in one costs half a
 * microsecond, walking up to this prototype a few ns.
 */
export const NativeGenerator: new () => { readonly isNative: true } = Object.assign(function () {}, {
  prototype: Object.getPrototypeOf(function* () {}).prototype as object,
}) as never;

/** Whether `value` is a generator object of this realm. */
export function isNativeGenerator(value: unknown): value is Steps<unknown> {
  try {
    return value instanceof NativeGenerator;
  } catch {
    // A proxy that throws.
    return false;
  }
}

/** Whether `value` is a generator object. */
export function isSteps(value: unknown): value is Steps<unknown> {
  if (typeof value !== "object" || value === null) return false;
  if (isNativeGenerator(value)) return true;
  try {
    const steps = value as Partial<Steps<unknown>>;
    return typeof steps.next === "function" && typeof steps.throw === "function" && Symbol.iterator in value;
  } catch {
    // A proxy, or a getter, that throws.
    return false;
  }
}

const GeneratorFunction = function* () {}.constructor;

/** Whether calling `fn` runs nothing of its body yet. */
export function isGeneratorFunction(fn: object): boolean {
  try {
    return fn instanceof GeneratorFunction;
  } catch {
    return false;
  }
}
