import { handler } from "@asyncio-ts/http/web";
import { Future } from "@asyncio-ts/future";
import { allTasks, sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
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

test("an error rejects, with more arguments passed on", async () => {
  const call = handler(async (_request: Request, ...rest: string[]) => {
    throw new Error(rest.join());
  });
  expect(await rejectionOf(call(new Request("http://localhost/"), "a", "b"))).toEqual(new Error("a,b"));
});
