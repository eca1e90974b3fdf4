import * as asyncio from "asyncio-ts";
import * as contextvars from "@asyncio-ts/contextvars";
import * as coroutine from "@asyncio-ts/coroutine";
import * as executor from "@asyncio-ts/executor";
import * as flow from "@asyncio-ts/flow";
import * as future from "@asyncio-ts/future";
import * as loop from "@asyncio-ts/loop";
import * as streams from "@asyncio-ts/streams";
import * as subprocess from "@asyncio-ts/subprocess";
import * as sync from "@asyncio-ts/sync";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import * as task from "@asyncio-ts/task";
import { expect, test } from "vitest";

const packages = { contextvars, coroutine, executor, flow, future, loop, streams, subprocess, sync, task };

test("each name of each package is the package's own", () => {
  const expected = Object.assign({}, ...Object.values(packages)) as Record<string, unknown>;
  expect(Object.keys(asyncio).sort()).toEqual(Object.keys(expected).sort());
  const actual: Record<string, unknown> = { ...asyncio };
  for (const [name, value] of Object.entries(expected)) {
    expect(actual[name], name).toBe(value);
  }
});

test("no two packages have a name in common", () => {
  const names = Object.values(packages).flatMap((names) => Object.keys(names));
  expect(names).toHaveLength(new Set(names).size);
});

test("the first program of the tutorial runs with one import", async () => {
  const events: string[] = [];
  const fetchData = asyncio.coroutine(function* (name: string, delay: number) {
    yield* asyncio.sleep(delay);
    events.push(name);
    return name;
  });
  const results = await asyncio.run(
    async () => asyncio.gather([fetchData("second", 5), fetchData("first", 1)]),
    { loopFactory: virtualLoop },
  );
  expect([results, events]).toEqual([
    ["second", "first"],
    ["first", "second"],
  ]);
});
