import { Future, isCancelled } from "@asyncio-ts/future";
import {
  createTask,
  currentSignal,
  fetch,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
} from "@asyncio-ts/task";
import { getEventListeners } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  awaited,
  bothKinds,
  collectGarbage,
  errorOf,
  nameOf,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";

/** Answers `/text`; begins the body of `/stalls`, and never ends it; never answers `/hangs`. */
const server = createServer((request, response) => {
  if (request.url === "/text") response.end("hello");
  else if (request.url === "/method") response.end(`${request.method} ${request.headers["x-name"]}`);
  else if (request.url === "/json") response.end('{"answer":42}');
  else {
    if (request.url === "/stalls") response.write("begun");
    closed.set(response, new Promise((resolve) => response.on("close", resolve)));
    arrived?.(response);
  }
});
let url = "";
let arrived: ((response: ServerResponse) => void) | undefined;
/** The ends of the connections. */
const closed = new WeakMap<ServerResponse, Promise<unknown>>();

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  arrived = undefined;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A promise of the request that the server gets next. */
function arrival(): Promise<ServerResponse> {
  return new Promise((resolve) => (arrived = resolve));
}

function closing(response: ServerResponse): Promise<unknown> {
  return closed.get(response) ?? Promise.reject(new Error("no such request"));
}

describe.each(bothKinds)("fetch() in %s", ({ body, startTask }) => {
  const collect = body(function* (path: string, init?: RequestInit) {
    const response: Response = yield* awaited(fetch(url + path, init));
    return yield* awaited(response.text());
  });

  test("returns what the platform's returns", async () => {
    const main = body(function* () {
      const response: Response = yield* awaited(fetch(`${url}/json`));
      const copy = response.clone();
      expect(response).toBeInstanceOf(Response);
      return [response.status, yield* awaited(response.json()), yield* awaited(copy.text())];
    });
    expect(await runVirtual(main)).toEqual([200, { answer: 42 }, '{"answer":42}']);
  });

  test("a deadline ends it before the headers", async () => {
    const main = body(function* () {
      return nameOf(yield* errorOf(timeout(100).with(() => collect("/hangs"))));
    });
    expect(await runVirtual(main)).toBe("TimeoutError: timed out after 100 ms");
  });

  test("a deadline ends it while the body is read", async () => {
    const main = body(function* () {
      const reading = arrival();
      const response: Response = yield* awaited(fetch(`${url}/stalls`));
      const left = closing(yield* awaited(reading));
      const error = yield* errorOf(timeout(100).with(() => response.text()));
      yield* awaited(left);
      return error instanceof TimeoutError;
    });
    expect(await runVirtual(main)).toBe(true);
  });

  test("a cancellation while the body is read is delivered there, and a clean-up is not disturbed", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const reading = arrival();
      const task = startTask(function* () {
        try {
          yield* awaited(collect("/stalls") as PromiseLike<string>);
        } catch (error) {
          events.push(nameOf(error));
          throw error;
        } finally {
          yield* awaited(sleep(1000));
          events.push("cleaned up");
        }
      });
      const left = closing(yield* awaited(reading));
      task.cancel();
      events.push(nameOf(yield* errorOf(task)));
      yield* awaited(left);
    });
    await runVirtual(main);
    expect(events).toEqual(["cancelled", "cleaned up", "cancelled"]);
  });

  test("a clean-up may fetch", async () => {
    const main = body(function* () {
      let text = "";
      const task = startTask(function* () {
        try {
          yield* awaited(sleep(1000));
        } finally {
          text = yield* awaited(collect("/text") as PromiseLike<string>);
        }
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* errorOf(task);
      return text;
    });
    expect(await runVirtual(main)).toBe("hello");
  });

  test("who reads a body is not cancelled by the end of another's wait for it", async () => {
    const main = body(function* () {
      const response: Response = yield* awaited(fetch(`${url}/stalls`));
      const reading = startTask(function* () {
        yield* awaited(response.clone().text());
      });
      yield* awaited(sleep(0));
      yield* errorOf(timeout(10).with(() => response.text()));
      return [nameOf(yield* errorOf(reading)), reading.cancelled()];
    });
    expect(await runVirtual(main)).toEqual(["AbortError: the request was aborted", false]);
  });

  test("a task that fails ends the requests of its group", async () => {
    const main = body(function* () {
      const reading = arrival();
      let task: Task<unknown> | undefined;
      const group = new TaskGroup().with(
        body(function* (tasks: TaskGroup) {
          task = tasks.createTask(() => collect("/hangs"));
          yield* awaited(reading);
          throw new Error("no");
        }),
      );
      const error = yield* errorOf(group);
      yield* awaited(closing(yield* awaited(reading)));
      return [nameOf(error), task?.cancelled()];
    });
    expect(await runVirtual(main)).toEqual([expect.stringContaining("ExceptionGroup"), true]);
  });

  test("belongs to the scope in which it was called, whoever awaits it", async () => {
    const main = body(function* () {
      let left: Future<Response> | undefined;
      yield* errorOf(
        timeout(100).with(
          body(function* () {
            left = fetch(`${url}/hangs`);
            yield* awaited(sleep(1000));
          }),
        ),
      );
      yield* errorOf(left as Future<Response>);
      return left?.cancelled();
    });
    expect(await runVirtual(main)).toBe(true);
  });

  test("the caller's own signal ends it with the platform's error, which is no cancellation", async () => {
    const main = body(function* () {
      const controller = new AbortController();
      const request = new Request(`${url}/hangs`, { signal: controller.signal });
      const reading = arrival();
      const waiting = [fetch(request), fetch(`${url}/text`, { signal: AbortSignal.abort() })];
      yield* awaited(reading);
      controller.abort();
      const errors = [];
      for (const each of waiting) errors.push(yield* errorOf(each));
      return errors.map((error) => [(error as Error).name, isCancelled(error)]);
    });
    expect(await runVirtual(main)).toEqual([
      ["AbortError", false],
      ["AbortError", false],
    ]);
  });
});

test("outside every task it is the platform's, and can be cancelled", async () => {
  expect(await (await fetch(`${url}/text`)).text()).toBe("hello");
  const reading = arrival();
  const waiting = fetch(`${url}/hangs`);
  await reading;
  waiting.cancel();
  await expect(waiting).rejects.toSatisfy(isCancelled);
});

describe("the signals of the scope and of the caller are followed until", () => {
  const own = new AbortController();
  const followers = (): number[] =>
    [currentSignal(), own.signal].map((signal) => getEventListeners(signal, "abort").length);
  const sent = (path: string): Future<Response> => fetch(url + path, { signal: own.signal });

  test("the bodies of the response and of its clones have been read", async () => {
    const counts = await createTask(async () => {
      const response = await sent("/text");
      const clone = response.clone();
      const seen = [followers()];
      await response.text();
      await response.text().catch(() => {}); // it can be read once
      seen.push(followers());
      await clone.text();
      return [...seen, followers()];
    });
    expect(counts).toEqual([
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  test("the request fails", async () => {
    const counts = await createTask(async () => {
      await fetch("http://127.0.0.1:1/", { signal: own.signal }).catch(() => {});
      return followers();
    });
    expect(counts).toEqual([0, 0]);
  });

  test("a wait for the body is cancelled", async () => {
    const counts = await createTask(async () => {
      const response = await sent("/stalls");
      const reading = response.text() as Future<string>;
      reading.cancel();
      await reading.catch(() => {});
      return [...followers(), reading.cancelled()];
    });
    expect(counts).toEqual([0, 0, true]);
  });

  test("the response and its stream have been collected, and no sooner", async () => {
    const streams: unknown[] = [];
    const keep = async (): Promise<void> => {
      const { body } = await fetch("data:text/plain,hello", { signal: own.signal });
      streams.push(body);
    };
    const counts = await createTask(async () => {
      await keep();
      await collectGarbage();
      const seen = [followers()];
      streams.pop();
      // The platform has objects of its own that are collected one after the other.
      for (let round = 0; round < 20 && followers()[0] !== 0; round++) await collectGarbage();
      return [...seen, followers()];
    });
    expect(counts).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test("they are aborted, which ends the stream that the program reads", async () => {
    const reason = new Error("the caller's");
    const error = await createTask(async () => {
      const reader = (await sent("/stalls")).body?.getReader();
      await reader?.read();
      await collectGarbage();
      own.abort(reason);
      return reader?.read().catch((caught: unknown) => caught);
    });
    expect(error).toBe(reason);
  });
});

test("a Request may stand for the options, as on the platform", async () => {
  const request = new Request("http://localhost/", { method: "POST", headers: { "x-name": "Ann" } });
  expect(await (await fetch(`${url}/method`, request)).text()).toBe("POST Ann");
});

test("a cancellation ends it also if a Request stands for the options", async () => {
  const reading = arrival();
  const waiting = fetch(`${url}/hangs`, new Request("http://localhost/"));
  const left = closing(await reading);
  waiting.cancel();
  await expect(waiting).rejects.toSatisfy(isCancelled);
  await left;
});

test("says in debug output what it is, and which body is read", async () => {
  await runVirtual(async () => {
    const waiting = fetch(`${url}/text`);
    expect(String(waiting)).toBe("<fetch pending>");
    const reading = (await waiting).text();
    expect(String(reading)).toBe("<text() of a response pending>");
    await reading;
  });
});

test("refuses a signal that is none", () => {
  expect(() => fetch(url, { signal: {} as AbortSignal })).toThrow(
    "fetch() needs a signal that is an AbortSignal",
  );
});

test("an error of the network is the platform's error", async () => {
  const unreachable = "http://127.0.0.1:1/";
  const error = await runVirtual(() =>
    createTask(async () => {
      await fetch(unreachable);
    }).then(
      () => "",
      (reason: unknown) => nameOf(reason),
    ),
  );
  expect(error).toMatch(/^TypeError: ./);
  expect(error).toBe(nameOf(await rejectionOf(globalThis.fetch(unreachable))));
});

test("where the platform has none, it says so", () => {
  vi.stubGlobal("fetch", undefined);
  try {
    expect(() => fetch("http://127.0.0.1/")).toThrow(
      new TypeError("fetch() needs a runtime that has a fetch of its own"),
    );
  } finally {
    vi.unstubAllGlobals();
  }
});

describe("a response", () => {
  /** Has the platform answer with `response`. */
  function answering(response: Response): void {
    vi.stubGlobal("fetch", async () => response);
  }
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("without a body has no stream", async () => {
    answering(new Response(null));
    const response = await createTask(async () => await fetch("data:,"));
    expect([response.body, await response.text()]).toEqual([null, ""]);
  });

  test("has members that a program can replace, as the platform's", async () => {
    answering(new Response("text"));
    const response = await createTask(async () => await fetch("data:,"));
    Object.assign(response, { text: async () => "of the program" });
    for (const name of ["clone", "json", "body"]) {
      Object.defineProperty(response, name, { get: () => `${name} of the program` });
    }
    expect([await response.text(), response.clone, response.json, response.body]).toEqual([
      "of the program",
      "clone of the program",
      "json of the program",
      "body of the program",
    ]);
  });

  test("of a platform that lacks a method to read the body lacks it", async () => {
    answering(Object.defineProperty(new Response("text"), "formData", { value: undefined }));
    const response = await createTask(async () => await fetch("data:,"));
    expect([response.formData, await response.text()]).toEqual([undefined, "text"]);
  });

  test("of which a method returns a thenable of another library's is read by that, outside every task too", async () => {
    const read = Object.assign(new Response(null), {
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      text: () => ({ then: (resolve: (text: string) => void) => resolve("from a thenable") }),
    });
    answering(read);
    const response = await fetch("data:,");
    expect(await response.text()).toBe("from a thenable");
  });
});
