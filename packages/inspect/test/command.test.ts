import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { needing } from "@asyncio-ts/testkit/needing";
import { until } from "@asyncio-ts/testkit/until";
import { exitCodes } from "../src/errors.js";
import { listeningPorts } from "../src/process.js";
import type { Snapshot } from "../src/snapshot.js";
import { call } from "./support/call.js";
import { endAll, start } from "./support/started.js";

afterEach(endAll);

describe(
  "asyncio-ts, of a Node process that was started as any",
  needing("inspector that a signal opens"),
  () => {
    test("pstree prints the tree of Python's example", async () => {
      const { pid } = await start("albums");
      const { out, errors, code } = await call("pstree", pid);
      expect(out.replaceAll(/sleep\(1000000\), \d+ min left/g, "sleep").split("\n")).toEqual([
        "└── (T) Task-1 main",
        "    └── the tasks of <TaskGroup entered, 2 tasks, 0 errors>",
        "        ├── (T) Sundowning",
        "        │   └── the tasks of <TaskGroup entered, 2 tasks, 0 errors>",
        "        │       ├── (T) TNDNBTG play",
        "        │       │   └── sleep",
        "        │       └── (T) Levitate play",
        "        │           └── sleep",
        "        └── (T) TMBTE",
        "            └── the tasks of <TaskGroup entered, 2 tasks, 0 errors>",
        "                ├── (T) DYWTYLM play",
        "                │   └── sleep",
        "                └── (T) Aqua Regia play",
        "                    └── sleep",
      ]);
      expect([errors, code]).toEqual(["", 0]);
    });

    test("ps is right of a thousand tasks, and leaves no port open, however often it is called", async () => {
      const { pid, ready } = await start("many");
      const before = listeningPorts(pid);
      for (let i = 0; i < 3; i++) {
        const { out, code } = await call("ps", pid, "--json");
        const { tasks } = JSON.parse(out) as Snapshot;
        expect([code, `ready ${tasks.length}`]).toEqual([0, ready]);
        const count = (kind: string): number =>
          tasks.filter(({ waitsFor: [wait] }) => wait?.kind === kind).length;
        expect(["timer", "lock", "queue", "group"].map(count)).toEqual([970, 10, 10, 11]);
        expect(tasks.filter(({ awaitedBy }) => awaitedBy.length === 0).map((task) => task.function)).toEqual([
          "main",
        ]);
        expect(listeningPorts(pid)).toEqual(before);
      }
      const { out } = await call("ps", pid);
      expect(out.split("\n")).toHaveLength(1 + Number(ready.split(" ")[1]));
    });

    test("an inspector that was open stays open", async () => {
      const { pid, lines } = await start("albums", ["--inspect=127.0.0.1:0"]);
      const listens = "Debugger listening on ws://127.0.0.1:";
      await until(() => lines.some((line) => line.startsWith(listens)), "the inspector is open");
      const port = Number(/ws:\/\/127\.0\.0\.1:(\d+)/.exec(lines.join("\n"))?.[1]);
      for (const args of [
        ["--port", port],
        [pid, "--port", port],
      ]) {
        const { out, code } = await call("ps", ...args);
        expect([out.split("\n").length, code]).toEqual([8, 0]);
      }
      const other = await call("ps", process.pid, "--port", port);
      expect([other.errors, other.code]).toEqual([
        `asyncio-ts: the inspector at port ${port} is not that of process ${process.pid}`,
        exitCodes.noInspector,
      ]);
      if (process.platform === "linux") expect(listeningPorts(pid)).toContain(port);
    });

    test("a step that blocks its loop is named, with its stack", async () => {
      const { pid } = await start("blocked");
      const { out, errors, code } = await call("ps", pid);
      expect(code).toBe(exitCodes.blocked);
      expect(out).toMatch(/endless +compute +running/);
      const [said = "", ...stack] = errors.split("\n");
      expect(said).toMatch(
        /^asyncio-ts: the loop is blocked, for at least \d+\.\d s, by a step of task \d+ endless \(compute\):$/,
      );
      expect(stack[0]).toMatch(/at spin \(.*blocked\.js:\d+:\d+\)$/);
      expect(stack[1]).toMatch(/at (?:async )?compute \(.*blocked\.js:\d+:\d+\)$/);
    });

    test("the name of a task that blocks can't change the terminal", async () => {
      const { pid } = await start("blocked", undefined, ["a\u001B[2J\nb"]);
      const { errors } = await call("ps", pid);
      expect(errors.split("\n")[0]).toMatch(/ s, by a step of task \d+ a\\u001b\[2J\\u000ab \(compute\):$/);
    });

    test("a program without the library is told", async () => {
      const { pid } = await start("plain");
      expect(await call("ps", pid)).toEqual({
        out: "",
        errors: `asyncio-ts: process ${pid} has no asyncio-ts in it`,
        code: exitCodes.noLibrary,
      });
    });

    test("a program that ends before its inspector is open is told at once", async () => {
      const { pid } = await start("leaving");
      const { errors, code } = await call("ps", pid);
      expect([errors, code]).toEqual([`asyncio-ts: process ${pid} has ended`, exitCodes.noProcess]);
    });

    const canDisable = process.allowedNodeEnvironmentFlags.has("--disable-sigusr1"); // not on Node 20
    test.runIf(process.platform === "linux" && canDisable)(
      "one that would end by the signal gets none",
      async () => {
        const { pid } = await start("plain", ["--disable-sigusr1"]);
        const { errors, code } = await call("ps", pid);
        expect([errors.includes("was started with --disable-sigusr1"), code]).toEqual([
          true,
          exitCodes.noInspector,
        ]);
        process.kill(pid, 0); // It is still there.
      },
    );
  },
);

describe("asyncio-ts says what is wrong", () => {
  test("no such process", async () => {
    // The largest number that Linux gives is 2 ** 22.
    expect(await call("ps", 2 ** 22 + 1)).toEqual({
      out: "",
      errors: `asyncio-ts: there is no process ${2 ** 22 + 1}`,
      code: exitCodes.noProcess,
    });
  });

  test("no such process, of a number that none can have", async () => {
    const { errors, code } = await call("ps", 2 ** 31);
    expect([errors, code]).toEqual([`asyncio-ts: there is no process ${2 ** 31}`, exitCodes.noProcess]);
  });

  test.runIf(process.platform === "linux")("no such process: one that has ended, unnoticed", async () => {
    const { execa } = await import("execa");
    // The shell becomes a program that never asks how its child ended.
    const child = execa("sh", ["-c", "node -e 0 & echo $!; exec sleep 1000"], { reject: false });
    const pid = Number(await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve)));
    await until(() => /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")), "it has ended");
    const { errors, code } = await call("ps", pid);
    child.kill();
    await child;
    expect([errors, code]).toEqual([`asyncio-ts: there is no process ${pid}`, exitCodes.noProcess]);
  });

  test.runIf(process.platform === "linux")("another program", async () => {
    const { execa } = await import("execa");
    const child = execa("sleep", ["1000"], { reject: false });
    const { errors, code } = await call("pstree", child.pid as number);
    expect([errors, code]).toEqual([
      `asyncio-ts: process ${child.pid} is no Node process: it runs sleep`,
      exitCodes.notNode,
    ]);
    child.kill();
    await child;
  });

  test("no inspector at the port", async () => {
    const { errors, code } = await call("ps", "--port", 1);
    expect([errors, code]).toEqual([
      "asyncio-ts: no inspector answers at port 1; start the process with --inspect=1",
      exitCodes.noInspector,
    ]);
  });

  test.each([
    [["ps"], "asyncio-ts: name a process or a port"],
    [
      ["ps", "x"],
      "error: command-argument value 'x' is invalid for argument 'pid'. It has to be a number above 0.",
    ],
    [
      ["ps", "--port", "65536"],
      "error: option '--port <port>' argument '65536' is invalid. It has to be a number from 1 to 65535.",
    ],
    [["sp", "1"], "error: unknown command 'sp'\n(Did you mean ps?)"],
  ])("%o", async (args, message) => {
    const { errors, code } = await call(...args);
    expect([errors, code]).toEqual([message, exitCodes.usage]);
  });

  test("--version is that of the package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
    expect(await call("--version")).toEqual({ out: version, errors: "", code: 0 });
  });

  test("--help is no error", async () => {
    const { out, code } = await call("--help");
    expect(out).toContain("pstree");
    expect(code).toBe(0);
  });
});
