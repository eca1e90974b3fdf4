// A signal that ends a process is its exit code, negative; after the end there is none to send.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell, PIPE, type Process } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const end = coroutine(function* (send: (process: Process) => void) {
  const process = yield* createSubprocessShell("echo ready; exec sleep 1000", { stdout: PIPE });
  console.log(text(yield* process.stdout.readline()).trim());
  send(process);
  console.log("exit code", yield* process.wait(), process.returncode);
  for (const again of ["terminate", "kill"] as const) {
    try {
      process[again]();
    } catch (error) {
      console.log((error as Error).name);
    }
  }
});

export const main = coroutine(function* () {
  yield* end((process) => process.terminate());
  yield* end((process) => process.kill());
  yield* end((process) => process.sendSignal("SIGHUP"));
});
