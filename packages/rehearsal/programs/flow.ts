// @asyncio-ts/flow alone, without run().
import { all, map, race, retry } from "@asyncio-ts/flow";

async function main(): Promise<string> {
  let attempts = 0;
  const record: unknown[] = await all([async () => 1, () => race([async () => 2])]);
  for await (const square of map([3, 4], async (n) => n * n, { limit: 1 })) record.push(square);
  const flaky = async (): Promise<number> => {
    attempts += 1;
    if (attempts < 2) throw new Error("not yet");
    return attempts;
  };
  record.push(await retry(flaky, { attempts: 2, delay: 1 }));
  return record.join();
}

void main().then((got) => console.log(got === "1,2,9,16,2" ? "ok" : got));
