import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Descendants } from "../src/descendants.js";
import { until } from "@asyncio-ts/testkit/until";
import { isAlive, pools } from "./support/pools.js";
import type * as Nested from "./workers/nested.js";

const nested = new URL("dist/nested.js", import.meta.url);

describe.each(pools)("a $kind in which a pool has a process", ({ Pool, kind }) => {
  it.each(["nest", "nestDeeper"] as const)("takes it along when it is ended by force (%s)", async (name) => {
    await using pool = new Pool<typeof Nested, number>(nested, { maxWorkers: 1 });
    const job = pool.submit(name);
    let pid = 0;
    for await (pid of job.progress) break;
    expect(isAlive(pid)).toBe(true);
    job.cancel();
    await until(() => !isAlive(pid), "the process has ended");
  });

  it("forgets it when it has ended before", async () => {
    const listeners = process.listenerCount("exit");
    await using pool = new Pool<typeof Nested>(nested, { maxWorkers: 1 });
    expect(isAlive(await pool.submit("nestForAWhile"))).toBe(false);
    expect(process.listenerCount("exit")).toBe(listeners + (kind === "process" ? 1 : 0));
  });
});

describe("descendants", () => {
  it("share one listener, until the last of them has ended", () => {
    const before = process.listenerCount("exit");
    const descendants = new Descendants();
    const listeners = [];
    // No processes: none is ended here.
    for (const [pid, alive] of [
      [-1, true],
      [-2, true],
      [-1, false],
      [-1, false],
      [-2, false],
    ] as const) {
      descendants.note(pid, alive);
      listeners.push(process.listenerCount("exit") - before);
    }
    expect(listeners).toEqual([1, 1, 1, 1, 0]);
  });

  it("end with this process, and are forgotten with their worker", () => {
    const before = process.listeners("exit");
    const child = spawn(process.execPath, ["--eval", "for (;;);"]);
    const pid = child.pid as number;
    const descendants = new Descendants();
    descendants.note(pid, true);
    const killAll = process.listeners("exit").find((listener) => !before.includes(listener));
    expect(killAll).toBeTypeOf("function");
    (killAll as () => void)();
    descendants.end();
    expect(process.listeners("exit")).toEqual(before);
    return until(() => child.signalCode === "SIGKILL", "the process was killed");
  });
});
