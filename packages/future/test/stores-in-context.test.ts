/**
 * The view of a context's stores in each runtime. The contexts are made by hand, as the runtimes make them; that
 * this one makes them so is tested in `async-context.test.ts`.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AsyncContext } from "../src/async-context.js";

type Module = typeof import("../src/stores-in-context.js");

const frame = Symbol("context_frame");

/** A context with the stores of Node 24, or without a frame. */
const framed = (stores?: readonly (readonly [storage: object, store: unknown])[]): AsyncContext =>
  ({ [Symbol("async_id_symbol")]: 7, [frame]: stores && new Map(stores) }) as unknown as AsyncContext;

/** A context with the stores of Node 20. */
const resource = (...stores: unknown[]): AsyncContext =>
  Object.fromEntries([
    [Symbol("async_id_symbol"), 7],
    [Symbol("trigger_async_id_symbol"), 1],
    ...stores.map((store) => [Symbol("kResourceStore"), store] as const),
  ]) as unknown as AsyncContext;

interface Runtime {
  readonly versions?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Returns this process, which vitest itself needs, as that of another runtime. */
function processOf({ versions, execArgv, env }: Runtime): unknown {
  return Object.create(process, {
    versions: { value: versions },
    execArgv: { value: execArgv },
    env: { value: env },
  });
}

/** Loads the module in another runtime, where the context is always `now`. */
async function loadedIn(
  runtime: Runtime,
  { hasFrames = false, now }: { readonly hasFrames?: boolean; readonly now?: AsyncContext } = {},
): Promise<Module> {
  vi.resetModules();
  vi.doMock("../src/stores.js", () => ({
    root: hasFrames ? framed() : undefined,
    makeLocal: undefined,
    storesIn: (context: Record<symbol, unknown>) =>
      Object.getOwnPropertySymbols(context).filter(
        (symbol) => symbol.description === "kResourceStore" && context[symbol] !== undefined,
      ),
  }));
  vi.doMock("../src/async-context.js", () => ({ captureContext: () => now }));
  vi.stubGlobal("process", processOf(runtime));
  const module = await import("../src/stores-in-context.js");
  vi.unstubAllGlobals();
  return module;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("../src/stores.js");
  vi.doUnmock("../src/async-context.js");
  vi.resetModules();
});

const [own, other] = [{}, {}];

describe.each<[string, Runtime]>([
  ["Node 24", { versions: { node: "24.1.0" } }],
  ["Node 26", { versions: { node: "26.0.0" }, execArgv: ["--inspect"], env: {} }],
  [
    "Node 22 that was started with frames",
    { versions: { node: "22.14.0" }, execArgv: ["--experimental-async-context-frame"] },
  ],
  [
    "Node 22 whose environment asks for frames",
    { versions: { node: "22.14.0" }, env: { NODE_OPTIONS: "--experimental-async-context-frame" } },
  ],
])("%s has frames", (_name, runtime) => {
  test.each<[boolean, string, AsyncContext]>([
    [false, "without a frame", framed()],
    [false, "with an empty frame", framed([])],
    [false, "with a store of undefined", framed([[other, undefined]])],
    [false, "with a store of this library alone", framed([[own, "task"]])],
    [
      true,
      "with another store too",
      framed([
        [own, "task"],
        [other, "request"],
      ]),
    ],
  ])("holdsStores() is %j of a context %s", async (holds, _context, context) => {
    const { holdsStores } = await loadedIn(runtime, { hasFrames: true });
    expect(holdsStores(context, own)).toBe(holds);
  });

  test("recaptureContext() gives another context only if it has another frame", async () => {
    const now = framed([[other, "entered"]]);
    const { recaptureContext } = await loadedIn(runtime, { hasFrames: true, now });
    const same = Object.assign(framed(), now);
    const before = framed([[other, "before"]]);
    expect(recaptureContext(same)).toBe(same);
    expect(recaptureContext(before)).toBe(now);
  });
});

describe.each<[string, Runtime, boolean]>([
  ["Node 20", { versions: { node: "20.19.0" } }, false],
  ["Node 22", { versions: { node: "22.14.0" }, execArgv: [], env: { NODE_OPTIONS: "--inspect" } }, false],
  // Their contexts have the symbol, and nothing under it.
  [
    "Node 24 that was started without frames",
    { versions: { node: "24.1.0" }, execArgv: ["--no-async-context-frame"] },
    true,
  ],
  [
    "Node 24 whose environment refuses frames",
    { versions: { node: "24.1.0" }, env: { NODE_OPTIONS: "--no-async-context-frame" } },
    true,
  ],
])("%s has a symbol for each store", (_name, runtime, hasFrames) => {
  test.each<[boolean, string, AsyncContext]>([
    [false, "without stores", resource()],
    [false, "with a store of undefined", resource(undefined)],
    [true, "with a store", resource(undefined, "request")],
  ])("holdsStores() is %j of a context %s", async (holds, _context, context) => {
    const { holdsStores } = await loadedIn(runtime, { hasFrames });
    expect(holdsStores(context, own)).toBe(holds);
  });

  test("recaptureContext() gives the context that was entered, which enterWith() has changed", async () => {
    const { recaptureContext } = await loadedIn(runtime, { hasFrames, now: resource("another") });
    const entered = resource("request");
    expect(recaptureContext(entered)).toBe(entered);
  });
});

describe.each<[string, Runtime]>([
  ["Bun", { versions: { node: "24.3.0", bun: "1.4.0" } }],
  ["Deno", { versions: { node: "24.2.0", deno: "2.9.0" } }],
  ["a runtime that is no Node", { versions: {} }],
  ["a runtime that tells no versions", {}],
])("%s can't tell", (_name, runtime) => {
  test("so any context may hold stores, and is captured again", async () => {
    const now = resource();
    const { holdsStores, recaptureContext, asyncHooks } = await loadedIn(runtime, { now });
    expect(holdsStores(resource(), own)).toBe(true);
    expect(recaptureContext(resource())).toBe(now);
    expect(asyncHooks.nodeVersion).toBeNaN();
  });
});
