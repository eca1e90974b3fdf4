import * as asyncio from "asyncio-ts";

const text = new TextDecoder();

const runCommand = asyncio.coroutine(async (command: string) => {
  const child = await asyncio.createSubprocessShell(command, {
    stdout: asyncio.PIPE,
    stderr: asyncio.PIPE,
  });

  const [stdout, stderr] = await child.communicate();

  console.log(`['${command}' exited with ${child.returncode}]`);
  if (stdout.length > 0) console.log(`[stdout]\n${text.decode(stdout).trimEnd()}`);
  if (stderr.length > 0) console.log(`[stderr]\n${text.decode(stderr).trimEnd()}`);
});

export const main = asyncio.coroutine(async () => {
  await asyncio.gather([
    runCommand("ls /zzz"), //
    runCommand('sleep 0.2; echo "hello"'),
  ]);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
