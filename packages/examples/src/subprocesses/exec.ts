import * as asyncio from "asyncio-ts";

const getDate = asyncio.coroutine(async () => {
  const code = "console.log(new Date().toISOString())";

  // Create the subprocess; redirect the standard output into a pipe.
  const child = await asyncio.createSubprocessExec(process.execPath, ["--eval", code], {
    stdout: asyncio.PIPE,
  });

  // Read one line of output.
  const data = await child.stdout.readline();
  const line = new TextDecoder().decode(data).trimEnd();

  // Wait for the subprocess exit.
  await child.wait();
  return line;
});

export const main = asyncio.coroutine(async () => {
  const date = await getDate();
  console.log(`Current date: ${date}`);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
