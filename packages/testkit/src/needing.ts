/**
 * Tests that need what only some runtimes have: `it("…", needing("async stacks"), () => …)`, or `describe`.
 *
 * Where the runtime lacks it, the test is skipped, and `pnpm test:runtimes` names the feature. Each feature
 * is a difference between engines, not a gap of this library; `docs/runtimes.md` tells users those that they
 * meet.
 */
import type { TestOptions } from "vitest";

type Runtime = "node" | "bun" | "deno";

export type Feature =
  | "`Serializer` in `node:v8`"
  | "channel to a process that refuses at once what can't be cloned"
  | "class of `performance` that has its methods"
  | "contexts with microtasks of their own"
  | "errors that hold nothing once their stack was read"
  | "inspector that a signal opens"
  | "list of what holds the process"
  | "list of what holds the process, with its threads"
  | "memory limits of workers"
  | "messages that wait for the microtasks"
  | "module loaders of `node:module`"
  | "option `--import` as Node has it"
  | "option `--test` for `node:test`"
  | "options of the command line for workers"
  | "precise garbage collector"
  | "promise hooks"
  | "queue of messages for a thread that is still loading"
  | "refusal of options that no worker knows"
  | "stacks that go through `await`"
  | "stacks where `Error.stackTraceLimit` is 0"
  | "TLS that sends on once its client has ended"
  | "view of the stores in a context"
  | "way to drain the microtasks at once"
  | "way to leave all stores";

/** The runtimes that lack a feature. */
const LACKING: Readonly<Record<Feature, readonly Runtime[]>> = {
  "`Serializer` in `node:v8`": ["bun"],
  // Deno finds that out later, and breaks the channel.
  "channel to a process that refuses at once what can't be cloned": ["deno"],
  "class of `performance` that has its methods": ["bun"],
  // `microtaskMode` of `node:vm`.
  "contexts with microtasks of their own": ["bun", "deno"],
  // Deno keeps the frames of an error, and with them their receivers.
  "errors that hold nothing once their stack was read": ["deno"],
  "inspector that a signal opens": ["bun", "deno"],
  "list of what holds the process": ["bun"],
  "list of what holds the process, with its threads": ["bun", "deno"],
  "memory limits of workers": ["bun", "deno"],
  // Deno dispatches a message in a microtask.
  "messages that wait for the microtasks": ["deno"],
  "module loaders of `node:module`": ["bun", "deno"],
  "option `--import` as Node has it": ["deno"],
  "option `--test` for `node:test`": ["bun", "deno"],
  "options of the command line for workers": ["deno"],
  // JavaScriptCore keeps what a number on the stack could be the address of.
  "precise garbage collector": ["bun"],
  "promise hooks": ["bun"],
  "queue of messages for a thread that is still loading": ["deno"],
  "refusal of options that no worker knows": ["bun", "deno"],
  "stacks that go through `await`": ["bun"],
  "stacks where `Error.stackTraceLimit` is 0": ["bun"],
  // Deno drops what is buffered.
  "TLS that sends on once its client has ended": ["deno"],
  // There an AsyncResource has what it captured in a private field.
  "view of the stores in a context": ["bun", "deno"],
  // Node's `process._tickCallback`.
  "way to drain the microtasks at once": ["bun", "deno"],
  // Bun runs the code of a module without stores, but not if vitest does it.
  "way to leave all stores": ["bun", "deno"],
};

declare module "vitest" {
  interface TaskMeta {
    /** The feature that the test needs. */
    needs?: Feature;
  }
}

const runtime: Runtime = "Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node";

/** Tells whether the runtime has the feature. */
export function has(feature: Feature): boolean {
  return !LACKING[feature].includes(runtime);
}

/** Options of a test, or of a group of tests, that needs the feature. */
export function needing(feature: Feature): TestOptions {
  const meta = { needs: feature };
  // A `skip: false` would be inherited by the tests of a group, and overrule their `runIf`.
  return has(feature) ? { meta } : { skip: true, meta };
}
