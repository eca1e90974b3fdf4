import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needing } from "@asyncio-ts/testkit/needing";
import { until } from "@asyncio-ts/testkit/until";
import { afterEach, describe, expect, test } from "vitest";
import { attach } from "../src/attach.js";
import { exitCodes } from "../src/errors.js";
import { listeningPorts } from "../src/process.js";
import { endAll, start } from "./support/started.js";

afterEach(endAll);

/** Attaches to a process; returns what lets it go. */
async function attached(pid: number): Promise<() => Promise<void>> {
  let end = (): void => {};
  let done: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    done = attach({ pid }, async () => {
      await new Promise<void>((ended) => {
        end = ended;
        resolve();
      });
    });
  });
  return async () => {
    end();
    await done;
  };
}

describe.runIf(process.platform === "linux")(
  "attaching to a process",
  needing("inspector that a signal opens"),
  () => {
    test("the last command that looks closes the inspector", async () => {
      const { pid } = await start("ticking");
      const before = listeningPorts(pid) ?? [];
      const leaveFirst = await attached(pid);
      const port = listeningPorts(pid)?.find((one) => !before.includes(one)) as number;
      const answer = await attach({ pid, port }, async (inspector) => {
        await leaveFirst();
        return await inspector.evaluate("1 + 1");
      });
      expect([answer, listeningPorts(pid)]).toEqual([2, before]);
    });

    test("nothing is left of those that have looked", async () => {
      const { pid } = await start("ticking");
      await (
        await attached(pid)
      )();
      const marks = 'globalThis[Symbol.for("asyncio-ts.attached")].marks.size';
      expect(await attach({ pid }, async (inspector) => await inspector.evaluate(marks))).toBe(1);
    });

    test("a process that ends meanwhile is let go", async () => {
      const { pid, lines, ended } = await start("ticking");
      const answer = await attach({ pid }, async (inspector) => {
        await inspector.evaluate("void setTimeout(() => process.exit(3))");
        // It waits for those who look at it, and nothing can be evaluated in it any more.
        await until(() => lines.some((line) => line.includes("debugger to disconnect")), "the process waits");
        return await inspector.evaluate("1 + 1");
      });
      expect([answer, await ended]).toEqual([undefined, 3]);
    });

    test.each(["SIGINT", "SIGTERM"] as const)(
      "a command that %s ends closes the inspector",
      async (signal) => {
        const { pid } = await start("ticking");
        const before = listeningPorts(pid);
        const command = await start("looking", [], [pid]);
        expect(listeningPorts(pid)).not.toEqual(before);
        process.kill(command.pid, signal);
        expect(await command.ended).toBe(signal);
        expect(listeningPorts(pid)).toEqual(before);
      },
    );

    test("a process that does not answer is told", async () => {
      const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-attach-"));
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      const { lines } = await start("asleep", ["--inspect=127.0.0.1:0"], [pipe]);
      const listens = /ws:\/\/127\.0\.0\.1:(\d+)/;
      await until(() => lines.some((line) => listens.test(line)), "the inspector is open");
      const port = Number(listens.exec(lines.join("\n"))?.[1]);
      const looking = async (): Promise<unknown> =>
        await attach({ port, limit: 100 }, async () => {}).catch((error: unknown) => error);
      let refusal = await looking();
      // It answers until the call blocks it.
      while (refusal === undefined) refusal = await looking();
      expect(refusal).toMatchObject({
        message: `the process at port ${port} does not answer: a call of the system blocks it, such as execSync()`,
        exitCode: exitCodes.noInspector,
      });
      rmSync(folder, { recursive: true });
    });

    test("an inspector that is opened anew is found at the port that it had", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { readonly port: number };
      await new Promise((resolve) => server.close(resolve));
      // The program closes the port when it is asked there, like an inspector that is let go meanwhile.
      const { pid } = await start("closing", [`--inspect-port=${port}`], [port]);
      expect(listeningPorts(pid)).toEqual([port]);
      expect(await attach({ pid }, async (inspector) => await inspector.evaluate("1 + 1"))).toBe(2);
      expect(listeningPorts(pid)).toEqual([]);
    });
  },
);
