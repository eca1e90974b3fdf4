import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { type contract, slot } from "@asyncio-ts/future/internal";
import { currentTaskLike, runInside, type TaskLike } from "@asyncio-ts/future/lowlevel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  hooksOfPromises,
  LocalStorage,
  makeStorage,
  type PromiseHooks,
  PromiseStorage,
} from "../src/storage.js";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";

const storages = [
  { name: "an AsyncLocalStorage", make: () => new LocalStorage(new AsyncLocalStorage<TaskLike>()) },
  { name: "the hooks of promises", make: () => new PromiseStorage(hooksOfPromises() as PromiseHooks) },
];

/** The name of the task that the calling code runs in. */
function whose(): string | undefined {
  return (currentTaskLike() as FakeTask | undefined)?.name;
}

describe.each(storages)("with $name", ({ make }) => {
  beforeEach(() => {
    slot.storage = make();
  });
  afterEach(() => {
    slot.storage = undefined;
  });

  test("an async function belongs to the task that calls it, also after its awaits, beside others", async () => {
    const log: string[] = [];
    const calls = ["a", "b"].map((name) =>
      runInside({ awaiter: new FakeTask(name) }, async () => {
        for (let i = 0; i < 3; i++) {
          log.push(`${name}: ${whose()}`);
          await undefined;
        }
      }),
    );
    expect(whose()).toBeUndefined();
    await Promise.all(calls);
    expect(log).toEqual(["a: a", "b: b", "a: a", "b: b", "a: a", "b: b"]);
    expect(whose()).toBeUndefined();
  });

  test("a context is entered with the task in it, and left without it", async () => {
    const request = new AsyncLocalStorage<string>();
    const context: contract.AsyncContext = request.run("request 1", () => new AsyncResource("test"));
    const seen = await request.run("request 2", async () => {
      const stepper = { awaiter: new FakeTask("a"), context };
      const inside = runInside(
        stepper,
        async (greeting: string) => {
          await undefined;
          return [greeting, whose(), request.getStore()];
        },
        "hello",
      );
      return [whose(), request.getStore(), await inside, whose(), request.getStore()];
    });
    expect(seen).toEqual([undefined, "request 2", ["hello", "a", "request 1"], undefined, "request 2"]);
  });

  test("what the function throws goes out, and the context is left all the same", () => {
    const stepper = { awaiter: new FakeTask("a"), context: new AsyncResource("test") };
    expect(() =>
      runInside(stepper, () => {
        throw new Error(`thrown in ${whose()}`);
      }),
    ).toThrow("thrown in a");
    expect([whose(), slot.storage?.getStore()]).toEqual([undefined, undefined]);
  });
});

test("a stepper that keeps the context it has entered changes no store the next time", () => {
  const local = new AsyncLocalStorage<TaskLike>();
  const enterWith = vi.spyOn(local, "enterWith");
  slot.storage = new LocalStorage(local);
  const stepper = {
    awaiter: new FakeTask("a"),
    context: new AsyncResource("test") as contract.AsyncContext | undefined,
    entered(context: contract.AsyncContext | undefined): void {
      this.context = context;
    },
  };
  const seen = [1, 2, 3].map(() => runInside(stepper, () => [whose(), enterWith.mock.calls.length]));
  slot.storage = undefined;
  expect(seen).toEqual([
    ["a", 1],
    ["a", 1],
    ["a", 1],
  ]);
});

test("makeStorage() takes what suits the version of Node", () => {
  const isOld = Number.parseInt(process.versions.node) < 24;
  expect(makeStorage()).toBeInstanceOf(isOld ? PromiseStorage : LocalStorage);
});
