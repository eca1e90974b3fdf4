// A program or a folder that does not exist, or may not be run, is an error of the start.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, type SubprocessOptions } from "@asyncio-ts/subprocess";

const start = coroutine(function* (program: string, options: SubprocessOptions = {}) {
  try {
    yield* createSubprocessExec(program, [], options);
  } catch (error) {
    console.log(((error as Error).cause as { code: string }).code);
  }
});

export const main = coroutine(function* () {
  yield* start("/no/such/program");
  yield* start("no-such-program");
  yield* start("sh", { cwd: "/no/such/folder" });
  yield* start("/etc/passwd");
});
