// A signal that ends a process is its exit code, negative; after the end there is none to send.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessShell, PIPE, type Process } from "@asyncio-ts/subprocess";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const end = coroutine(async (send: (process: Process) => void) => {
  const process = await createSubprocessShell("echo ready; exec sleep 1000", { stdout: PIPE });
  console.log(text(await process.stdout.readline()).trim());
  send(process);
  console.log("exit code", await process.wait(), process.returncode);
  for (const again of ["terminate", "kill"] as const) {
    try {
      process[again]();
    } catch (error) {
      console.log((error as Error).name);
    }
  }
});

export const main = coroutine(async () => {
  await end((process) => process.terminate());
  await end((process) => process.kill());
  await end((process) => process.sendSignal("SIGHUP"));
});
