import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTask, ExceptionGroup, Future, isCancelled, run } from "asyncio-ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Download,
  downloadOf,
  ErrorBudgetSpent,
  fetchAll,
  type FetchOptions,
} from "../../src/fetch-all/fetch-all.js";
import { UnreliableServer } from "../../src/fetch-all/server.js";
import { count } from "../../src/fetch-all/summary.js";

const options: FetchOptions = { atOnce: 5, timeout: 600_000, attempts: 3, backoff: 1, errorBudget: 100 };

let server: UnreliableServer;

beforeEach(async () => {
  server = await UnreliableServer.start(5);
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  expect(await server.connections()).toBe(0);
});

/** So many downloads of an endpoint. */
function downloadsOf(endpoint: string, number: number): Download[] {
  return Array.from({ length: number }, (_, i) => downloadOf(`${server.origin}/${endpoint}/${i}`));
}

function expectToAddUp(downloads: readonly Download[]): void {
  const { urls, ok, failed, timedOut, cancelled } = count(downloads);
  expect(ok + failed + timedOut + cancelled).toBe(urls);
}

describe("fetchAll", () => {
  it("fetches what answers, and tries again what fails", async () => {
    const downloads = ["quick", "slow", "flaky", "broken"].flatMap((endpoint) => downloadsOf(endpoint, 2));
    await run(fetchAll(downloads, options));
    expect(downloads.map(({ state, attempts }) => `${state} after ${attempts}`)).toEqual([
      ...Array<string>(4).fill("ok after 1"),
      ...Array<string>(2).fill("ok after 3"),
      ...Array<string>(2).fill("failed after 3"),
    ]);
    expectToAddUp(downloads);
  });

  it("gives up what does not answer in time", async () => {
    const downloads = downloadsOf("hanging", 3);
    await run(fetchAll(downloads, { ...options, timeout: 20, attempts: 2 }));
    expect(count(downloads)).toMatchObject({ timedOut: 3, attempts: 6 });
    expectToAddUp(downloads);
  });

  it("counts as failed what can't be reached", async () => {
    await using gone = await UnreliableServer.start();
    const downloads = [downloadOf(`${gone.origin}/quick/1`)];
    await gone[Symbol.asyncDispose]();
    await run(fetchAll(downloads, options));
    expect(downloads).toMatchObject([{ state: "failed", attempts: 3 }]);
  });

  it("has at most so many requests open, and as many as it may", async () => {
    // The server answers only when five are waiting: with fewer, this would never end.
    const waiting: ServerResponse[] = [];
    const holding = createServer((_, response) => {
      if (waiting.push(response) < 5) return;
      for (const held of waiting.splice(0)) held.end();
    });
    await once(holding.listen(0, "127.0.0.1"), "listening");
    const { port } = holding.address() as AddressInfo;
    const downloads = Array.from({ length: 30 }, (_, i) => downloadOf(`http://127.0.0.1:${port}/${i}`));
    let most = 0;
    const onChange = (): void => {
      most = Math.max(most, downloads.filter(({ state }) => state === "fetching").length);
    };
    await run(fetchAll(downloads, { ...options, onChange }));
    holding.close();
    holding.closeAllConnections();
    expect(most).toBe(5);
    expect(count(downloads)).toMatchObject({ ok: 30, attempts: 30 });
  });

  it("stops everything when the error budget is spent", async () => {
    const downloads = [...downloadsOf("broken", 2), ...downloadsOf("hanging", 28)];
    const error: unknown = await run(fetchAll(downloads, { ...options, attempts: 1, errorBudget: 2 })).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ExceptionGroup);
    expect((error as ExceptionGroup).exceptions).toEqual([new ErrorBudgetSpent(2)]);
    expect(count(downloads)).toMatchObject({ urls: 30, failed: 2, cancelled: 28 });
    expectToAddUp(downloads);
  });

  it("ends everything when it is cancelled", async () => {
    const downloads = downloadsOf("hanging", 30);
    await run(async () => {
      const busy = new Future<void>();
      const onChange = (): void => {
        if (count(downloads).attempts === options.atOnce) busy.setResult();
      };
      const task = createTask(fetchAll(downloads, { ...options, onChange }));
      await busy;
      task.cancel();
      await expect(task).rejects.toSatisfy(isCancelled);
    });
    expect(count(downloads)).toMatchObject({ cancelled: 30, attempts: 5 });
  });

  it("reports every step of a download", async () => {
    const [download] = downloadsOf("flaky", 1) as [Download];
    const states: string[] = [];
    await run(fetchAll([download], { ...options, onChange: ({ state }) => states.push(state) }));
    expect(states).toEqual(["fetching", "waiting", "fetching", "waiting", "fetching", "ok"]);
  });
});
