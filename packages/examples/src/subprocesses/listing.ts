import * as asyncio from "asyncio-ts";

const text = new TextDecoder();

/** Returns the lines of `ls -l`; in Python's older pages, the first example of a subprocess. */
const listFolder = asyncio.coroutine(async (folder: string) => {
  const { stdout } = await asyncio.runProcess("ls", ["-l", folder], { check: true });
  return text.decode(stdout).trimEnd().split("\n");
});

export const main = asyncio.coroutine(async ({ folder = "." }: { readonly folder?: string } = {}) => {
  const [total, ...files] = await listFolder(folder);
  console.log(`${files.length} files in ${folder}, ${total}`);
  for (const line of files) console.log(line);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
