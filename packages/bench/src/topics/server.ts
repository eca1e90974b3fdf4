import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { setImmediate as poll } from "node:timers/promises";
import { coroutine } from "@asyncio-ts/coroutine";
import { Semaphore } from "@asyncio-ts/sync";
import { createTask, ensureFuture, timeout } from "@asyncio-ts/task";
import { underLoad } from "../served.js";
import type { Load, Program, Topic } from "../topic.js";

const LIMIT = 10_000;
const AT_ONCE = 100;
const served =
  (handle: RequestListener): Program =>
  async (seconds) => {
    const value = await underLoad(createServer(handle), seconds);
    return { done: value > 0 ? seconds : 0, value };
  };

const contenders: Record<"native" | "generator" | "async", Load> = {
  native: () =>
    served((_, response) => {
      void (async () => {
        await poll();
        response.end("hello");
      })();
    }),
  async: () => {
    const semaphore = new Semaphore(AT_ONCE);
    return served((_, response) => {
      createTask(() =>
        timeout(LIMIT).with(() =>
          semaphore.with(async () => {
            await poll();
            response.end("hello");
          }),
        ),
      );
    });
  },
  generator: () => {
    const semaphore = new Semaphore(AT_ONCE);
    // Coroutine objects are bodies too: no `function*` is made anew for each request, which costs a
    // microsecond each.
    const answer = coroutine(function* (response: ServerResponse) {
      yield* ensureFuture(poll());
      response.end("hello");
    });
    return served((_, response) => {
      createTask(timeout(LIMIT).with(semaphore.with(answer(response))));
    });
  },
};

export const topic: Topic = {
  name: "server",
  title: "an HTTP server over loopback",
  note: "A handler of node:http that waits for one setImmediate: as it is, and in createTask with a timeout and a semaphore. 50 connections; one operation is one second of load.",
  cases: [
    {
      name: "requests",
      operation: "requests per second",
      size: 3,
      processes: 5,
      unit: "requests/s",
      contenders,
    },
  ],
};
