import { getEventListeners } from "node:events";
import { handler } from "@asyncio-ts/http/web";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { allTasks, sleep } from "@asyncio-ts/task";
import { bothKinds, rejectionOf } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";

test("the signal of the request cancels the handler, and the answer is 499", async () => {
  const controller = new AbortController();
  const begun = new Future<void>();
  const answer = handler(async () => {
    begun.setResult();
    await sleep(Infinity);
    return new Response();
  })(new Request("http://localhost/", { signal: controller.signal }));
  await begun;
  controller.abort();
  expect((await answer).status).toBe(499);
  expect(allTasks().size).toBe(0);
});

test("a handler is not called for a request whose signal is aborted", async () => {
  const call = handler(async () => {
    throw new Error("it was called");
  });
  const response = await call(new Request("http://localhost/", { signal: AbortSignal.abort() }));
  expect((response as unknown as Response).status).toBe(499);
});

test("handlers for one request share a listener, and are cancelled together", async () => {
  const controller = new AbortController();
  const request = new Request("http://localhost/", { signal: controller.signal });
  const events: string[] = [];
  const call = handler(async (asked: Request, name: string) => {
    if (name === "outer") void call(asked, "inner").then(() => events.push("inner"));
    await sleep(Infinity);
    return new Response();
  });
  const before = getEventListeners(request.signal, "abort").length;
  const answer = call(request, "outer");
  expect(getEventListeners(request.signal, "abort").length).toBe(before + 1);
  controller.abort();
  expect((await answer).status).toBe(499);
  await sleep(0);
  expect(events).toEqual(["inner"]);
});

test("an error rejects, with more arguments passed on", async () => {
  const call = handler(async (_request: Request, ...rest: string[]) => {
    throw new Error(rest.join());
  });
  expect(await rejectionOf(call(new Request("http://localhost/"), "a", "b"))).toEqual(new Error("a,b"));
});

test.each(bothKinds)("the framework goes on before the next turn of the loop, with %s", async (kind) => {
  const events: string[] = [];
  const nextTurn = new Future<void>();
  const call = handler(
    kind.body(function* () {
      yield sleep(0);
      getRunningLoop().callSoon(() => {
        events.push("the next turn");
        nextTurn.setResult();
      });
      return new Response();
    }),
  );
  const answered = call(new Request("http://localhost/")).then(() => events.push("answered"));
  await Promise.all([nextTurn, answered]);
  expect(events).toEqual(["answered", "the next turn"]);
});
