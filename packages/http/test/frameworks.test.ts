/** The promises that hold for every framework. */
import type { ExceptionContext } from "@asyncio-ts/future";
import { Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { allTasks, createTask, currentTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";
import { RequestScope } from "@asyncio-ts/http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { get, visit } from "./support/clients.js";
import { frameworks, nodeHttp, store } from "./support/frameworks.js";

/** The reports to the exception handler of the default loop. */
let reports: ExceptionContext[] = [];

beforeEach(() => {
  reports = [];
  getRunningLoop().setExceptionHandler((_, context) => reports.push(context));
});

afterEach(() => {
  getRunningLoop().setExceptionHandler(undefined);
});

/** A program that waits for ever, and tells when it begins and how it ends. */
class Hanging {
  readonly begun: Future<void> = new Future<void>();
  readonly ended: Future<string> = new Future<string>();

  *program(): Program<string> {
    this.begun.setResult();
    try {
      yield sleep(Infinity);
      return "never";
    } catch (error) {
      yield sleep(0); // clean-up may wait
      this.ended.setResult(String(error));
      throw error;
    }
  }
}

describe.each(frameworks)("$name", (framework) => {
  describe.each(bothKinds)("with %s", (kind) => {
    test("answers what the handler answers, which is a task with the name of the request", async () => {
      await using server = await framework.start({
        kind,
        *program() {
          yield sleep(0);
          return currentTask()?.name ?? "no task";
        },
      });
      const [status, text] = await get(server.port, "/x");
      expect([status, text]).toEqual([200, expect.stringMatching(/^GET .*\/x$/)]);
    });

    test("answers what a handler answers that never waits", async () => {
      const scope = new RequestScope();
      await using server = await framework.start({
        kind,
        options: { scope },
        // oxlint-disable-next-line require-yield -- what is tested
        *program() {
          return "at once";
        },
      });
      expect(await get(server.port, "/x")).toEqual([200, "at once"]);
      await scope.close();
      expect(allTasks().size).toBe(0);
    });

    test("cancels the handler when the client leaves, which is no error", async () => {
      const hanging = new Hanging();
      const caught: unknown[] = [];
      const scope = new RequestScope();
      await using server = await framework.start({
        kind,
        program: () => hanging.program(),
        options: { scope },
        caught: (error) => caught.push(error),
      });
      const leave = await visit(server.port, "/x");
      await hanging.begun;
      leave();
      expect(await hanging.ended).toBe("CancelledError: the client has left");
      await scope.close();
      expect(allTasks().size).toBe(0);
      expect([caught, reports]).toEqual([[], []]);
    });

    test("hands an error of the handler to the framework, in the context of the request", async () => {
      const failure = new RangeError("broken");
      const caught: unknown[] = [];
      await using server = await framework.start({
        kind,
        *program() {
          yield sleep(0);
          throw failure;
        },
        caught: (...what) => caught.push(what),
      });
      const [status] = await get(server.port, "/x");
      expect(status).toBe(500);
      if (framework === nodeHttp) {
        expect(reports).toMatchObject([{ message: "the handler of GET /x failed", exception: failure }]);
      } else {
        expect(caught).toEqual([[failure, "/x"]]);
        expect(reports).toEqual([]);
      }
    });

    test("keeps the store of an AsyncLocalStorage", async () => {
      await using server = await framework.start({
        kind,
        *program() {
          const before = store.getStore();
          yield sleep(0);
          return `${before} ${store.getStore()}`;
        },
      });
      expect(await get(server.port, "/x")).toEqual([200, "/x /x"]);
    });

    test("answers 503 in place of a handler that the closing of its scope cancels", async () => {
      const hanging = new Hanging();
      const caught: unknown[] = [];
      const scope = new RequestScope();
      await using server = await framework.start({
        kind,
        program: () => hanging.program(),
        options: { scope },
        caught: (error) => caught.push(error),
      });
      const answer = get(server.port, "/x");
      await hanging.begun;
      await scope.close();
      expect(hanging.ended.done()).toBe(true);
      expect(await hanging.ended).toBe("CancelledError: the server is shutting down");
      expect((await answer)[0]).toBe(503);
      expect((await get(server.port, "/x"))[0]).toBe(503);
      expect([caught, reports]).toEqual([[], []]);
    });

    test("lets a handler finish in the grace period", async () => {
      const begun = new Future<void>();
      const goOn = new Future<string>();
      const scope = new RequestScope();
      await using server = await framework.start({
        kind,
        *program() {
          begun.setResult();
          return yield* awaited(goOn);
        },
        options: { scope },
      });
      const answer = get(server.port, "/x");
      await begun;
      const closed = scope.close({ grace: 60_000 });
      goOn.setResult("finished");
      await closed;
      expect(await answer).toEqual([200, "finished"]);
    });

    test("runs its handlers on the loop of the run() that it is made in, which cancels them", async () => {
      const hanging = new Hanging();
      const answers: unknown[] = [];
      let server;
      let answer: Promise<[number, string]> | undefined;
      await run(async () => {
        server = await framework.start({ kind, program: () => hanging.program() });
        answer = get(server.port, "/x");
        await hanging.begun;
        answers.push([...allTasks()].map(({ name }) => name).sort().length);
      });
      await using started = server as unknown as { port: number } & AsyncDisposable;
      expect(answers).toEqual([2]);
      expect((await answer)?.[0]).toBe(503);
      expect((await get(started.port, "/x"))[0]).toBe(503); // its loop is closed
      expect(reports).toEqual([]);
    });

    test("takes the cancellation of something else for an error of the handler", async () => {
      const other = createTask(() => sleep(Infinity));
      const caught: unknown[] = [];
      await using server = await framework.start({
        kind,
        *program() {
          other.cancel();
          yield other;
          return "never";
        },
        caught: (error) => caught.push(isCancelled(error)),
      });
      expect((await get(server.port, "/x"))[0]).toBe(500);
      if (framework !== nodeHttp) expect(caught).toEqual([true]);
    });
  });
});
