import { call, callWith } from "@asyncio-ts/executor/worker";
import { rejectionOf } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";

interface Services {
  lookup(id: number): string;
}

test("call() outside a worker says that only a job of a pool can call services", async () => {
  const message = "lookup() was called outside a worker; only a job of a pool can call its services";
  const calls = [call<Services>("lookup", 1), call<Services>()("lookup", 1)];
  calls.push(callWith<Services>({ signal: new AbortController().signal }, "lookup", 1));
  for (const refused of calls) expect(await rejectionOf(refused)).toEqual(new Error(message));
});

test("call() needs the name of a service, and a signal that is one", async () => {
  expect(await rejectionOf(call<Services>(1 as never, 1))).toEqual(
    new TypeError('call() needs the name of a service, got 1; write call("lookup", id)'),
  );
  expect(await rejectionOf(callWith<Services>({ signal: 1 as never }, "lookup", 1))).toEqual(
    new TypeError("callWith() needs a signal that is an AbortSignal, got 1"),
  );
});
