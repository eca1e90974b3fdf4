import { Future, isCancelled } from "@asyncio-ts/future";
import { createTask, currentTask, sleep, timeout } from "@asyncio-ts/task";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { nameOf, rejectionOf } from "@asyncio-ts/testkit";
import { run } from "@asyncio-ts/task";
import { RequestScope } from "@asyncio-ts/http";
import { handler } from "@asyncio-ts/http/web";
import { describe, expect, test } from "vitest";

const request = (): Request => new Request("http://localhost/");
const later = (delay: number) => async () => {
  await sleep(delay);
  return new Response();
};

/** Runs on virtual time, and gives the function the time since the beginning. */
async function onVirtualTime(body: () => Promise<void>): Promise<void> {
  await run(body, { loopFactory: virtualLoop });
}

describe("a scope", () => {
  test("tells its state and how many handlers run", async () => {
    const scope = new RequestScope();
    const answer = handler(later(0), { scope })(request());
    const states = [String(scope)];
    const closed = scope.close({ grace: 60_000 });
    states.push(String(scope));
    await closed;
    states.push(String(scope));
    expect(states).toEqual([
      "<RequestScope open, 1 request>",
      "<RequestScope closing, 1 request>",
      "<RequestScope closed, 0 requests>",
    ]);
    expect((await answer).status).toBe(200);
  });

  test("cancels after the grace period those that have not finished", () =>
    onVirtualTime(async () => {
      const scope = new RequestScope();
      const [quick, slow] = [50, 5000].map((delay) => handler(later(delay), { scope })(request()));
      await scope.close({ grace: 100 });
      expect([(await quick)?.status, (await slow)?.status]).toEqual([200, 503]);
    }));

  test.each([
    [100, 50],
    [50, 100],
  ])("closed twice, with %i ms and %i ms, cancels at the earlier end", (first, second) =>
    onVirtualTime(async () => {
      const scope = new RequestScope();
      const slow = handler(later(75), { scope })(request());
      await Promise.all([scope.close({ grace: first }), scope.close({ grace: second })]);
      expect((await slow).status).toBe(503);
    }),
  );

  describe("and the clean-up of a handler", () => {
    type Event = "leave" | "close" | "close later";
    const others: [Event, Event][] = [
      ["close", "close"],
      ["close", "close later"],
      ["close later", "close"],
      ["close", "leave"],
      ["leave", "close"],
      ["leave", "close later"],
    ];

    test.each(others)("is not interrupted by %s, %s", (...events) =>
      onVirtualTime(async () => {
        const scope = new RequestScope();
        const client = new AbortController();
        const happens = {
          leave: () => client.abort(),
          close: () => void scope.close(),
          "close later": () => void scope.close({ grace: 100 }),
        };
        const log: string[] = [];
        const cleaning = new Future<void>();
        const handle = handler(
          async () => {
            try {
              await sleep(Infinity);
            } finally {
              cleaning.setResult();
              await sleep(500);
              log.push("cleaned up");
            }
            return new Response();
          },
          { scope },
        );
        const answer = handle(new Request("http://localhost/", { signal: client.signal }));
        for (const event of events) {
          happens[event]();
          if (event !== "close later") await cleaning;
        }
        await answer;
        log.push("answered");
        expect(log).toEqual(["cleaned up", "answered"]);
      }),
    );

    test("of its own timeout does not hide that the client has left", () =>
      onVirtualTime(async () => {
        const client = new AbortController();
        const handle = handler(async () => {
          await timeout(10)
            .with(async () => {
              try {
                await sleep(Infinity);
              } finally {
                client.abort();
              }
            })
            .catch((error: unknown) => {
              if (isCancelled(error)) throw error;
            });
          return await later(Infinity)();
        });
        const answer = await handle(new Request("http://localhost/", { signal: client.signal }));
        expect(answer.status).toBe(499);
      }));
  });

  test("cancels a handler that goes on although its client has left", () =>
    onVirtualTime(async () => {
      const scope = new RequestScope();
      const client = new AbortController();
      const goesOn = new Future<void>();
      const log: string[] = [];
      const handle = handler(
        async () => {
          for (;;) {
            try {
              return await later(Infinity)();
            } catch (error) {
              log.push(String(error));
              if (log.length > 1) throw error;
              currentTask()?.uncancel();
              goesOn.setResult();
            }
          }
        },
        { scope },
      );
      const answer = handle(new Request("http://localhost/", { signal: client.signal }));
      client.abort();
      await goesOn;
      await scope.close();
      expect(log).toEqual([
        "CancelledError: the client has left",
        "CancelledError: the server is shutting down",
      ]);
      expect((await answer).status).toBe(499);
    }));

  test.each([
    ["at once", 0],
    ["after the grace period", 100],
  ])("closed by the first step of a handler cancels that %s", (_, grace) =>
    onVirtualTime(async () => {
      const scope = new RequestScope();
      const states: string[] = [];
      const closings: Future<void>[] = [];
      const answer = handler(
        async () => {
          closings.push(scope.close({ grace }));
          states.push(String(scope));
          return await later(Infinity)();
        },
        { scope },
      )(request());
      expect((await answer).status).toBe(503);
      states.push(String(scope));
      await Promise.all(closings);
      expect(states).toEqual(["<RequestScope closing, 1 request>", "<RequestScope closed, 0 requests>"]);
    }),
  );

  test("closed by a handler that ends in its first step is closed then", async () => {
    const scope = new RequestScope();
    const closings: Future<void>[] = [];
    const answer = handler(
      // oxlint-disable-next-line require-yield -- what is tested
      function* () {
        closings.push(scope.close({ grace: 60_000 }));
        return new Response();
      },
      { scope },
    )(request());
    expect(closings[0]?.done()).toBe(true);
    expect((await answer).status).toBe(200);
  });

  test("closes although nobody awaits it, or whoever awaits it is cancelled", async () => {
    const begun = new Future<void>();
    const cleaned = new Future<void>();
    const scope = new RequestScope();
    const answer = handler(
      async () => {
        begun.setResult();
        try {
          await sleep(Infinity);
        } finally {
          await cleaned;
        }
        return new Response();
      },
      { scope },
    )(request());
    await begun;
    const waiting = createTask(() => scope.close());
    await sleep(0);
    waiting.cancel();
    expect(nameOf(await rejectionOf(waiting))).toBe("cancelled");
    cleaned.setResult();
    expect((await answer).status).toBe(503);
    await scope.close();
  });

  test("is closed at the end of an `await using` block", async () => {
    let answer: Promise<Response> | undefined;
    {
      await using scope = new RequestScope();
      answer = handler(later(Infinity), { scope })(request());
    }
    expect((await answer).status).toBe(503);
  });

  test("of a run() that has ended is closed at once", async () => {
    const scopes: RequestScope[] = [];
    await run(async () => void scopes.push(new RequestScope()));
    await scopes[0]?.close({ grace: 60_000 });
    expect(String(scopes[0])).toBe("<RequestScope closed, 0 requests>");
  });

  test("needs a grace period that is a number", () => {
    expect(() => new RequestScope().close({ grace: "5" as never })).toThrow(
      'RequestScope.close() needs a number of milliseconds, got "5"',
    );
  });
});
