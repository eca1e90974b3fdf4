import { spawn, spawnSync } from "node:child_process";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { needing } from "@asyncio-ts/testkit/needing";
import { until } from "@asyncio-ts/testkit/until";
import { afterEach, describe, expect, test, vi } from "vitest";
import { attach } from "../src/attach.js";
import { exitCodes } from "../src/errors.js";
import { Inspector } from "../src/inspector.js";
import { listeningPorts } from "../src/process.js";
import { readSnapshot } from "../src/read-snapshot.js";
import type { Snapshot, TaskSnapshot } from "../src/snapshot.js";
import { type Terminal, top } from "../src/top.js";
import type { Picture } from "../src/top-watch.js";
import { call } from "./support/call.js";
import { endAll, start } from "./support/started.js";

/** Returns the symbols that the program has on `globalThis` beside those of a fresh one, but for the slot. */
const LEFT =
  "Object.getOwnPropertySymbols(globalThis).filter((s) => String(s).includes('asyncio-ts.top')).length";

afterEach(async () => {
  vi.restoreAllMocks();
  await endAll();
});

/** Makes a terminal of streams. */
function makeTerminal(): {
  readonly terminal: Terminal;
  readonly input: PassThrough;
  readonly output: PassThrough;
} {
  const input = Object.assign(new PassThrough(), { setRawMode: () => {} });
  const output = new PassThrough();
  return { terminal: { input, output } as unknown as Terminal, input, output: output.resume() };
}

describe("asyncio-ts top", needing("inspector that a signal opens"), () => {
  test("--once --json has the rows, the warnings and the snapshot, and leaves nothing behind", async () => {
    const { pid } = await start("troubled");
    const before = listeningPorts(pid);
    const { out, errors, code } = await call("top", pid, "--once", "--interval", 1000, "--json");
    expect([errors, code]).toEqual(["", 0]);
    const { rows, warnings, snapshot } = JSON.parse(out) as Picture;
    expect(rows.map(({ name }) => name)).toEqual(snapshot.tasks.map(({ name }) => name));
    const steps = Object.fromEntries(rows.map((row) => [row.name, row.steps > 0]));
    expect(steps).toMatchObject({ stubborn: true, producer: true, holder: false, "locked out": false });
    // On a slow machine, the lock may be said to be held for long as well.
    expect(warnings).toContainEqual(expect.stringMatching(/^queue \d+ grows: <Queue \d+ items/));
    expect(listeningPorts(pid)).toEqual(before);
    expect(await attach({ pid }, async (inspector) => await inspector.evaluate(LEFT))).toBe(0);
  });

  test("--once prints a table, sorted as asked, below the warnings", async () => {
    const { pid } = await start("troubled");
    const { out, code } = await call("top", pid, "--once", "--interval", 2000, "--sort", "age");
    const lines = out.split("\n");
    const at = lines.findIndex((line) => line.startsWith("WARN "));
    expect(code).toBe(0);
    expect(lines.slice(0, at).map((line) => line.replaceAll(/\d[\d.]*/g, "N"))).toEqual([
      "⚠ lock N is held by holder for N s, N waiting",
      expect.stringMatching(/^⚠ queue N grows/),
      "⚠ task N stubborn swallowed its cancellation N s ago",
    ]);
    expect(lines[at + 1]).toMatch(/^ +\d+ +waiting +Task-1 +main /);
  });

  test("a step that blocks its loop is told by the exit code", async () => {
    const { pid } = await start("blocked");
    const { out, errors, code } = await call("top", pid, "--once");
    expect(code).toBe(exitCodes.blocked);
    expect(out).toMatch(/running +endless/);
    expect(errors).toMatch(/at spin \(/);
  });

  test("without a terminal names --once, and touches no process", async () => {
    expect(await call("top", 2 ** 22 + 1)).toEqual({
      out: "",
      errors: "asyncio-ts: top needs a terminal; in scripts and pipes use --once, or --once --json",
      code: exitCodes.usage,
    });
  });

  test("killed, it leaves a process that ends the recorder and closes the inspector by itself", async () => {
    const { pid } = await start("ticking");
    const before = listeningPorts(pid);
    const watcher = await start("sampling", [], [pid, 200]);
    process.kill(watcher.pid, "SIGKILL");
    await until(
      () => JSON.stringify(listeningPorts(pid)) === JSON.stringify(before),
      "the inspector is closed again",
    );
    const left = `[${LEFT}, globalThis[Symbol.for('asyncio-ts.slot')].observer === undefined]`;
    expect(await attach({ pid }, async (inspector) => await inspector.evaluate(left))).toEqual([0, true]);
  });

  test("the process waits for the next sample for longer than the interval", async () => {
    const { pid } = await start("ticking");
    const spy = `(({ setTimeout }) => {
      globalThis.delays = [];
      globalThis.setTimeout = (body, delay) => (delays.push(delay), setTimeout(body, delay));
    })(globalThis)`;
    await attach({ pid }, async (inspector) => await inspector.evaluate(spy));
    const { terminal, input, output } = makeTerminal();
    const shown = new Promise<void>((resolve) => {
      output.on("data", (data: Buffer) => data.toString().includes("producer") && resolve());
    });
    const ended = top({ pid }, { interval: 3_600_000, sort: "busy", terminal });
    await shown;
    input.write("q");
    await ended;
    const delays = "delays.filter((delay) => delay > 1000)";
    const waited = await attach({ pid }, async (inspector) => await inspector.evaluate(delays));
    expect(new Set(waited as number[])).toEqual(new Set([3_610_000]));
  });

  test("q quits while the process does not answer", async () => {
    const { pid } = await start("ticking");
    const asked = new Promise<void>((resolve) => {
      vi.spyOn(Inspector.prototype, "evaluateText").mockImplementation(async () => {
        resolve();
        return await new Promise(() => {});
      });
    });
    const { terminal, input } = makeTerminal();
    const ended = top({ pid }, { interval: 1000, sort: "busy", terminal });
    await asked;
    input.write("q");
    await ended;
  });

  test("an interval that no timer can wait for is refused", async () => {
    const { errors, code } = await call("top", 2 ** 22 + 1, "--once", "--interval", 86_400_001);
    expect([errors, code]).toEqual([
      "error: option '--interval <ms>' argument '86400001' is invalid. It has to be a number from 1 to 86400000.",
      exitCodes.usage,
    ]);
  });

  const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;
  // `script` of util-linux gives the command a terminal.
  test.runIf(hasScript)("in a terminal: shows, quits by a key, and puts the terminal back", async () => {
    const { pid } = await start("troubled");
    const before = listeningPorts(pid);
    const bin = fileURLToPath(new URL("./dist/bin.js", import.meta.url));
    const line = `'${process.execPath}' '${bin}' top ${pid} --interval 100`;
    const child = spawn("script", ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    let seen = "";
    child.stdout.on("data", (data: Buffer) => (seen += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await until(() => /queue \d+ grows/.test(seen), "the queue is seen to grow");
    child.stdin.write("/holder\r");
    await until(() => seen.includes("filter: holder"), "the rows are picked");
    child.stdin.write("\r");
    await until(() => seen.includes("ancestors"), "the task is open");
    child.stdin.write("q");
    expect(await ended).toBe(0);
    expect(seen.endsWith("\u001B[?25h\u001B[?1049l")).toBe(true);
    expect(listeningPorts(pid)).toEqual(before);
    expect(await attach({ pid }, async (inspector) => await inspector.evaluate(LEFT))).toBe(0);
  });
});

describe(
  "of ten thousand tasks, three locks, a queue and a pool",
  needing("inspector that a signal opens"),
  () => {
    test("ps, pstree and top are right, and leave no port open", { timeout: 240_000 }, async () => {
      const { pid, ready } = await start("crowd");
      const known = JSON.parse(ready) as { readonly tasks: number; readonly names: readonly string[] };
      const before = listeningPorts(pid);
      const { tasks, groups, queues } = JSON.parse((await call("ps", pid, "--json")).out) as Snapshot;
      expect(tasks.map(({ name }) => name).sort()).toEqual(known.names);
      const named = (start: string): TaskSnapshot[] => tasks.filter(({ name }) => name.startsWith(start));
      const byId = new Map(tasks.map((task) => [task.id, task]));
      const groupOf = new Map(groups.map((group) => [group.id, group]));
      const facts = (start: string): unknown[] => named(start).map(({ waitsFor: [wait] }) => wait);
      // Each task is below the one that its name tells.
      const parentOf = ({ group }: TaskSnapshot): string | undefined =>
        byId.get(groupOf.get(group ?? 0)?.parent ?? 0)?.name;
      for (const task of named("leaf")) {
        const [, i, j] = task.name.split(" ");
        expect([parentOf(task), task.waitsFor[0]?.kind]).toEqual([`twig ${i} ${j}`, "timer"]);
      }
      expect(named("twig").map(parentOf)).toEqual(
        named("twig").map(({ name }) => `branch ${name.split(" ")[1]}`),
      );
      expect(groups).toHaveLength(111);
      // Each lock is held by the task that says so.
      for (const task of named("locked out")) {
        const lock = Number(task.name.split(" ")[3]) % 3;
        expect(byId.get(task.waitsFor[0]?.["holder"] as number)?.name).toBe(`holder ${lock}`);
      }
      expect(new Set(named("locked out").map(({ waitsFor: [wait] }) => wait?.["object"])).size).toBe(3);
      expect(facts("hungry")).toEqual(
        Array(100).fill(
          expect.objectContaining({ kind: "queue", size: 0, maxsize: 5, object: queues[0]?.id }),
        ),
      );
      const jobs = facts("job") as {
        readonly kind: string;
        readonly function: string;
        readonly status: string;
      }[];
      expect(jobs.map(({ kind, status }) => `${kind} ${status}`).sort()).toEqual([
        ...Array<string>(8).fill("job queued"),
        ...Array<string>(2).fill("job running"),
      ]);
      expect(jobs[0]).toMatchObject({ function: "block", pool: "ThreadPoolExecutor of block.js" });
      const tree = await call("pstree", pid);
      expect(tree.out.match(/\(T\) /g)).toHaveLength(known.tasks);
      const { rows } = JSON.parse((await call("top", pid, "--once", "--json")).out) as Picture;
      expect(rows).toHaveLength(known.tasks);
      expect(listeningPorts(pid)).toEqual(before);
    });

    test("a thousand snapshots of a program that works lose no step", { timeout: 240_000 }, async () => {
      const { pid, lines } = await start("steady");
      await attach({ pid }, async (inspector) => {
        for (let i = 0; i < 1000; i++) {
          const read = await inspector.evaluate(`(${readSnapshot})().tasks.length`);
          expect(read).toBe(51);
        }
        await inspector.evaluate("globalThis.enough = true");
      });
      await until(() => lines.some((line) => line.startsWith("{")), "the program has ended");
      expect(lines.find((line) => line.startsWith("{"))).toBe('{"rounds":true,"outOfTurn":0}');
    });
  },
);
