import { chmodSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSubprocessExec, PIPE, STDOUT, type SubprocessOptions } from "@asyncio-ts/subprocess";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { runIn, text } from "./support/processes.js";

const posix = process.platform !== "win32";
const joins = { stdout: PIPE, stderr: STDOUT } as const;

/** Makes a folder with a program `speak`, which says where it runs. */
function folderWithProgram(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "asyncio-ts-start-")));
  writeFileSync(join(folder, "speak"), "#!/bin/sh\npwd >&2\n");
  chmodSync(join(folder, "speak"), 0o755);
  return folder;
}

describe.runIf(posix).each(bothKinds)("a start, in %s,", (kind) => {
  test.each([
    ["a path from the folder", "./speak", {}],
    ["a name, with the folder in PATH", "speak", { env: { PATH: "/nowhere::/bin" } }],
  ] as const)("that joins the outputs finds a program by %s", (_name, program, env) =>
    runIn(kind, function* () {
      const cwd = folderWithProgram();
      const process = yield* awaited(createSubprocessExec(program, [], { ...joins, ...env, cwd }));
      expect(text((yield* awaited(process.communicate()))[0])).toBe(`${cwd}\n`);
    }),
  );

  test("writes errors to the standard output that the program has itself", () =>
    runIn(kind, function* () {
      const script = "test /dev/fd/1 -ef /dev/fd/2";
      const process = yield* awaited(createSubprocessExec("sh", ["-c", script], { stderr: STDOUT }));
      expect(yield* awaited(process.wait())).toBe(0);
    }));

  test.each<[string, SubprocessOptions]>([
    ["two outputs", {}],
    ["one for both", joins],
  ])("with %s says that a program is not in the folder", (_name, options) =>
    runIn(kind, function* () {
      const cwd = folderWithProgram();
      const error = yield* errorOf(createSubprocessExec("./shout", [], { ...options, cwd }));
      expect(String(error)).toBe(
        `Error: can't start "./shout" in the folder ${JSON.stringify(cwd)}: the program does not exist`,
      );
    }),
  );
});

test("a start that is cancelled before its error arrives is cancelled", () =>
  run(function* () {
    const starting = createTask(createSubprocessExec("./nothing-of-this-name"));
    // The task starts in the first turn, and the program in the second. Some runtimes fail there and then.
    yield* sleep(0);
    yield* sleep(0);
    const hasFailed = starting.done();
    starting.cancel();
    try {
      yield* starting;
    } catch (error) {
      expect(isCancelled(error)).toBe(!hasFailed);
    }
    expect(starting.done()).toBe(true);
  }));
