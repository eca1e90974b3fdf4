import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as asyncio from "asyncio-ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reporter, runSteps, StepFailed } from "../../src/ci/run-steps.js";
import type { Step } from "../../src/ci/steps.js";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "asyncio-ts-ci-"));
});

afterEach(() => rm(folder, { recursive: true }));

function step(name: string, run: string, ...needs: string[]): Step {
  return { name, run: `cd ${folder}; ${run}`, needs };
}

/** A command that waits for a file, which another step makes. */
function until(file: string): string {
  return `until test -e ${file}; do sleep 0.01; done`;
}

/** Records what the steps do; `onLine` is called for each line. */
function recorder(onLine: (line: string) => void = () => {}): Reporter & { readonly events: string[] } {
  const events: string[] = [];
  return {
    events,
    started: ({ name }) => events.push(`${name} starts`),
    printed: ({ name }, line) => {
      events.push(`${name}: ${line}`);
      onLine(line);
    },
    passed: ({ name }) => events.push(`${name} passes`),
  };
}

/** Tells whether a process is there. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the steps of a build", () => {
  it("wait for those that they need", async () => {
    const recorded = recorder();
    await asyncio.run(
      runSteps(
        [step("third", "echo 3", "second"), step("second", "echo 2", "first"), step("first", "echo 1")],
        recorded,
      ),
    );
    expect(recorded.events).toEqual(
      ["first", "second", "third"].flatMap((name, index) => [
        `${name} starts`,
        `${name}: ${index + 1}`,
        `${name} passes`,
      ]),
    );
  });

  it("run at the same time if they don't depend on each other", async () => {
    const recorded = recorder();
    await asyncio.run(
      runSteps(
        [step("a", `touch a; ${until("b")}`), step("b", `touch b; ${until("a")}`), step("c", "", "a", "b")],
        recorded,
      ),
    );
    expect(recorded.events.slice(0, 2)).toEqual(["a starts", "b starts"]);
    expect(recorded.events.slice(-2)).toEqual(["c starts", "c passes"]);
  });

  it("have whole lines, of both outputs, also if another prints in between", async () => {
    const recorded = recorder();
    const halves = `printf 'one '; touch half; ${until("other")}; echo two >&2`;
    await asyncio.run(
      runSteps([step("a", halves), step("b", `${until("half")}; echo three; touch other`)], recorded),
    );
    expect(recorded.events).toEqual(expect.arrayContaining(["a: one two", "b: three"]));
  });

  it("stop when the first fails: processes are ended, and others do not begin", async () => {
    let pid = 0;
    const recorded = recorder((line) => (pid = Number(line)));
    const steps = [
      step("endless", "echo $$; touch begun; sleep 1000"),
      step("failing", `${until("begun")}; exit 3`),
      step("never", "echo never", "failing"),
      step("later", "echo later", "endless"),
    ];
    const error = await asyncio.run(runSteps(steps, recorded)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(asyncio.ExceptionGroup);
    expect((error as asyncio.ExceptionGroup).exceptions).toEqual([expect.any(StepFailed)]);
    expect(String((error as asyncio.ExceptionGroup).exceptions[0])).toBe(
      'StepFailed: step "failing" ended with exit code 3',
    );
    expect(recorded.events).toEqual(["endless starts", "failing starts", `endless: ${pid}`]);
    expect([pid > 0, lives(pid)]).toEqual([true, false]);
  });

  it("leave no process after Ctrl-C", async () => {
    const pids: number[] = [];
    const recorded = recorder((line) => {
      pids.push(Number(line));
      if (pids.length === 2) process.emit("SIGINT", "SIGINT");
    });
    const endless = "echo $$; sleep 1000";
    const running = asyncio.run(runSteps([step("a", endless), step("b", endless)], recorded));
    await expect(running).rejects.toBeInstanceOf(asyncio.KeyboardInterrupt);
    expect(pids.map(lives)).toEqual([false, false]);
  });
});
