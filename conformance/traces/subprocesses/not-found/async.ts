// A program or a folder that does not exist, or may not be run, is an error of the start.
import { coroutine } from "@asyncio-ts/coroutine";
import { createSubprocessExec, type SubprocessOptions } from "@asyncio-ts/subprocess";

const start = coroutine(async (program: string, options: SubprocessOptions = {}) => {
  try {
    await createSubprocessExec(program, [], options);
  } catch (error) {
    console.log(((error as Error).cause as { code: string }).code);
  }
});

export const main = coroutine(async () => {
  await start("/no/such/program");
  await start("no-such-program");
  await start("sh", { cwd: "/no/such/folder" });
  await start("/etc/passwd");
});
