import { createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";
import { run } from "@asyncio-ts/task";
import { describe, expect, test, vi } from "vitest";
import { isGroupAlive, signalGroup } from "../src/group.js";
import { until } from "@asyncio-ts/testkit/until";
import { hasDescendants, isAlive, numbersIn } from "./support/processes.js";

describe.runIf(process.platform !== "win32")("a group", () => {
  test("is alive as long as one of its members is", () =>
    run(async () => {
      const leader = await createSubprocessShell(hasDescendants, { stdout: PIPE });
      const descendants = numbersIn(await leader.stdout.readline());
      expect(isGroupAlive(leader.pid)).toBe(true);
      leader.kill();
      await leader.wait();
      expect(isGroupAlive(leader.pid)).toBe(true);
      expect(signalGroup(leader.pid, "SIGKILL")).toBe(true);
      await until(() => !descendants.some(isAlive), "the descendants have ended");
      await until(() => !isGroupAlive(leader.pid), "the group has no members but zombies");
    }));

  test.runIf(process.platform === "linux")("of zombies is not alive, although it can be sent signals", () =>
    run(async () => {
      // The program of `setsid` leads a group, and the one that has started it never waits for it.
      const script = "setsid true & echo $!; exec sleep 1000";
      await using parent = await createSubprocessShell(script, { stdout: PIPE });
      const [zombie = 0] = numbersIn(await parent.stdout.readline());
      await until(() => !isAlive(zombie), "it is a zombie");
      expect([signalGroup(zombie, 0), isGroupAlive(zombie)]).toEqual([true, false]);
    }),
  );

  test("that does not exist gets no signal", () => {
    expect(signalGroup(2 ** 30, "SIGTERM")).toBe(false);
    expect(isGroupAlive(2 ** 30)).toBe(false);
  });

  test("of another user can't get one, and is alive", () => {
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    expect(signalGroup(5, "SIGTERM")).toBe(true);
    kill.mockRestore();
  });
});
