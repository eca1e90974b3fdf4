// @asyncio-ts/subprocess alone: a program that is run to its end, and one that is spoken to.
import { createSubprocessExec, PIPE, runProcess } from "@asyncio-ts/subprocess";

async function main(): Promise<string> {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
  const { returncode, stdout } = await runProcess("node", ["--print", "6 * 7"]);
  const process = await createSubprocessExec("node", ["-"], { stdin: PIPE, stdout: PIPE });
  const [printed] = await process.communicate("console.log(42)");
  return [returncode, decode(stdout), decode(printed), await process.wait()].join();
}

void main().then((got) => console.log(got === "0,42,42,0" ? "ok" : got));
