import * as asyncio from "asyncio-ts";

class OSError extends Error {}
class ValueError extends Error {}
class KeyError extends Error {}

const copy = asyncio.coroutine(async (file: string, ms: number) => {
  try {
    await asyncio.sleep(ms);
    if (file === "a") throw new OSError("disk is full");
    if (file === "b") throw new ValueError("no such name");
    console.log(`${file}: copied`);
  } catch (error) {
    if (!(error instanceof asyncio.CancelledError)) throw error;
    await asyncio.sleep(100); // cleans up
    console.log(`${file}: cleaned up`);
    throw new KeyError("half a copy");
  }
});

const main = asyncio.coroutine(async () => {
  try {
    await new asyncio.TaskGroup().with(async (group) => {
      for (const file of "abc") {
        group.createTask(copy(file, file === "c" ? 9000 : 200));
      }
    });
  } catch (error) {
    if (!(error instanceof asyncio.ExceptionGroup)) throw error;
    const [disk, others] = error.split(OSError);
    if (disk) console.log("disk:", disk.exceptions.length);
    const [names, rest] = others?.split([ValueError, KeyError]) ?? [];
    if (names) console.log("names:", names.exceptions.length);
    if (rest) throw rest;
  }
});

await asyncio.run(main());
