// A process starts in a folder, with an environment of its own.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, createSubprocessShell, PIPE } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const main = coroutine(function* () {
  const env = { PATH: process.env["PATH"], FOO: "bar" };
  const script = 'pwd; echo "$FOO ${HOME-homeless}"';
  const options = { cwd: "/", env, stdout: PIPE } as const;
  for (const start of [
    createSubprocessShell(script, options),
    createSubprocessExec("sh", ["-c", script], options),
  ]) {
    const started = yield* start;
    const [stdout] = yield* started.communicate();
    console.log(...text(stdout).trim().split(/\s/));
  }
});
