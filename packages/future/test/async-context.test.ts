import { AsyncLocalStorage } from "node:async_hooks";
import { asyncHooks, type contract, foreignStores, slot } from "@asyncio-ts/future/internal";
import { captureContext, runOutside } from "@asyncio-ts/future/lowlevel";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { holdsStores, recaptureContext } from "../src/stores-in-context.js";
import { makeLocal, storesIn, whenStoresAreUsed } from "../src/stores.js";

const capture = captureContext as () => contract.AsyncContext;

/** Calls a function where no AsyncLocalStorage has a store; the test runner has one. */
function outside<T>(body: () => T): T {
  let result!: T;
  runOutside(() => (result = body()));
  return result;
}

const view = needing("view of the stores in a context");

describe("holdsStores()", view, () => {
  test("is true where an AsyncLocalStorage has a store, and only there", () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = outside(() => {
      const before = holdsStores(capture(), undefined);
      const inside = storage.run("store", () => holdsStores(capture(), undefined));
      return [before, inside, holdsStores(capture(), undefined)];
    });
    expect(seen).toEqual([false, true, false]);
  });

  test("does not count a store of undefined", () => {
    const storage = new AsyncLocalStorage<string | undefined>();
    expect(outside(() => storage.run(undefined, () => holdsStores(capture(), undefined)))).toBe(false);
  });

  // Before Node 24 the library has no AsyncLocalStorage of its own.
  test.runIf(Number.parseInt(process.versions.node) >= 24)("does not count the library's own storage", () => {
    const [own, other] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
    expect(outside(() => own.run("task", () => holdsStores(capture(), own)))).toBe(false);
    expect(own.run("task", () => other.run("store", () => holdsStores(capture(), own)))).toBe(true);
  });
});

test("storesIn() takes any symbol of a context for a storage's, but for the two ids", () => {
  const [ids, named, nameless, empty] = [
    Symbol("trigger_async_id_symbol"),
    Symbol("store"),
    Symbol(),
    Symbol(),
  ];
  const context = { [ids]: 1, [named]: "store", [nameless]: "store", [empty]: undefined };
  expect(storesIn(context)).toEqual([named, nameless]);
});

describe("recaptureContext()", () => {
  test("gives a context in which a store that has been entered is seen", () => {
    const storage = new AsyncLocalStorage<string>();
    const context = storage.run("first", capture);
    const changed = context.runInAsyncScope(() => {
      storage.enterWith("second");
      return recaptureContext(context);
    });
    expect(changed.runInAsyncScope(() => storage.getStore())).toBe("second");
    expect(storage.getStore()).toBeUndefined();
  });

  test("gives the context itself if no store has been entered", view, () => {
    const context = new AsyncLocalStorage<string>().run("store", capture);
    expect(context.runInAsyncScope(() => recaptureContext(context))).toBe(context);
  });
});

describe("foreignStores", () => {
  test("areIn() is false until the program has used a store", () => {
    const { storesUsed } = slot;
    slot.storesUsed = false;
    const before = foreignStores.areIn(capture());
    slot.storesUsed = true;
    const after = foreignStores.areIn(capture());
    slot.storesUsed = storesUsed;
    expect([before, after]).toEqual([false, true]);
  });

  test("recapture() gives the context itself if something can tell that no store was entered", view, () => {
    slot.stores = asyncHooks.stores;
    const context = new AsyncLocalStorage<string>().run("store", capture);
    expect(context.runInAsyncScope(() => foreignStores.recapture(context))).toBe(context);
  });

  afterEach(() => void (slot.stores = undefined));

  test("capture() gives a context only where there is a store, if something can tell", view, () => {
    slot.stores = asyncHooks.stores;
    const storage = new AsyncLocalStorage<string>();
    expect(outside(foreignStores.capture)).toBeUndefined();
    const context = storage.run("store", foreignStores.capture);
    expect(context?.runInAsyncScope(() => storage.getStore())).toBe("store");
  });

  test("without that, each context counts once the program has used a store", () => {
    const storage = new AsyncLocalStorage<string>();
    const { storesUsed } = slot;
    slot.storesUsed = false;
    expect(storage.run("store", foreignStores.capture)).toBeUndefined();
    slot.storesUsed = true;
    const context = outside(foreignStores.capture) as contract.AsyncContext;
    expect(foreignStores.areIn(context)).toBe(true);
    context.runInAsyncScope(() => {
      storage.enterWith("entered");
      expect(foreignStores.recapture(context)?.runInAsyncScope(() => storage.getStore())).toBe("entered");
    });
    slot.storesUsed = storesUsed;
  });
});

describe("whenStoresAreUsed()", () => {
  // Has the library, which was loaded above, put the methods back.
  new AsyncLocalStorage<string>().run("store", () => {});
  const { run, enterWith } = AsyncLocalStorage.prototype;
  const methods = () => [
    AsyncLocalStorage.prototype.run === run,
    AsyncLocalStorage.prototype.enterWith === enterWith,
  ];

  test.each([
    ["run", (storage: AsyncLocalStorage<string>) => storage.run("store", () => storage.getStore())],
    [
      "enterWith",
      (storage: AsyncLocalStorage<string>) => {
        storage.enterWith("store");
        return storage.getStore();
      },
    ],
  ])("tells of the first call of %s(), and then leaves the methods as they were", (_name, use) => {
    const used = vi.fn<() => void>();
    const seen = outside(() => {
      whenStoresAreUsed(used);
      const before = [...methods(), used.mock.calls.length];
      return [before, use(new AsyncLocalStorage()), use(new AsyncLocalStorage())];
    });
    expect(seen).toEqual([[false, false, 0], "store", "store"]);
    expect([...methods(), used.mock.calls.length]).toEqual([true, true, 1]);
  });

  test("leaves methods as they are that somebody has replaced since", () => {
    const used = vi.fn<() => void>();
    whenStoresAreUsed(used);
    const { run: noticingRun, enterWith: noticingEnter } = AsyncLocalStorage.prototype;
    const replaced = {
      run: vi.fn<typeof run>(noticingRun),
      enterWith: vi.fn<typeof enterWith>(noticingEnter),
    };
    Object.assign(AsyncLocalStorage.prototype, replaced);
    for (let i = 0; i < 2; i++) new AsyncLocalStorage<string>().run("store", () => {});
    expect(used).toHaveBeenCalledTimes(1);
    expect(AsyncLocalStorage.prototype.run).toBe(replaced.run);
    expect(AsyncLocalStorage.prototype.enterWith).toBe(replaced.enterWith);
    Object.assign(AsyncLocalStorage.prototype, { run, enterWith });
  });

  test("tells at once where the methods can't be replaced", () => {
    const used = vi.fn<() => void>();
    Object.defineProperty(AsyncLocalStorage.prototype, "run", { value: run, writable: false });
    try {
      whenStoresAreUsed(used);
    } finally {
      Object.defineProperty(AsyncLocalStorage.prototype, "run", { value: run, writable: true });
    }
    expect(used).toHaveBeenCalledTimes(1);
    expect(methods()).toEqual([true, true]);
  });

  test("tells at once in a library that was loaded where there was a store", view, async () => {
    const { storesUsed } = slot;
    slot.storesUsed = undefined;
    vi.resetModules();
    await new AsyncLocalStorage<string>().run("store", () => import("../src/stores.js"));
    const seen = [slot.storesUsed, ...methods()];
    slot.storesUsed = storesUsed;
    expect(seen).toEqual([true, true, true]);
  });

  test("is asked by the copy that is loaded first alone", async () => {
    const { storesUsed } = slot;
    slot.storesUsed = true;
    vi.resetModules();
    await import("../src/stores.js");
    const seen = [slot.storesUsed, ...methods()];
    slot.storesUsed = storesUsed;
    expect(seen).toEqual([true, true, true]);
  });

  test("is not told of the library's own storage", () => {
    const used = vi.fn<() => void>();
    whenStoresAreUsed(used);
    makeLocal?.<string>().run("task", () => {});
    expect(used).not.toHaveBeenCalled();
    new AsyncLocalStorage<string>().run("store", () => {});
    expect(used).toHaveBeenCalledTimes(1);
  });
});

const leaving = needing("way to leave all stores");

test(
  "code that runs outside has no store, even if the library was loaded where there was one",
  leaving,
  async () => {
    const storage = new AsyncLocalStorage<string>();
    vi.resetModules();
    const seen = await storage.run("store", async () => {
      const loaded = await import("../src/stores.js");
      const inside: (string | undefined)[] = [];
      loaded.runOutside(() => void inside.push(storage.getStore()));
      return inside;
    });
    expect(seen).toEqual([undefined]);
  },
);

test("a runtime without async_hooks, such as a browser, has no contexts", async () => {
  vi.resetModules();
  vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: undefined } }));
  const { captureContext: captured, hooks } = await import("../src/async-context.js");
  const stores = await import("../src/stores.js");
  vi.unstubAllGlobals();
  vi.resetModules();
  expect([hooks, captured(), stores.root, stores.makeLocal]).toEqual(Array(4).fill(undefined));
});
