// More than any pipe holds goes both ways, and neither side waits for ever.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";

export const main = coroutine(function* () {
  const pipes = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
  const first = yield* createSubprocessExec("cat", [], pipes);
  const [stdout, stderr] = yield* first.communicate("0123456789".repeat(100_000));
  console.log("stdout", stdout.length, "stderr", stderr.length, "exit code", first.returncode);
  const second = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
  const [nothing] = yield* second.communicate();
  console.log("without input: stdout", nothing.length, "exit code", second.returncode);
});
