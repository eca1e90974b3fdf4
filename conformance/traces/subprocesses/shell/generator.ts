// A command is read by a shell, whose exit code counts.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(function* () {
  const process = yield* createSubprocessShell("printf '%s ' one two | tr a-z A-Z; exit 7", { stdout: PIPE });
  const [stdout] = yield* process.communicate();
  console.log(text(stdout), "exit code", process.returncode);
});
