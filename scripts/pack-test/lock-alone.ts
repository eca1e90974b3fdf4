// A Lock in plain async code, where nothing but @asyncio-ts/sync is installed.
import { Lock } from "@asyncio-ts/sync";

const lock = new Lock();
const record: string[] = [];

async function worker(name: string): Promise<void> {
  const guard = await lock.acquire();
  try {
    record.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    record.push(`${name} out`);
  } finally {
    guard[Symbol.dispose]();
  }
}

void Promise.all([worker("a"), worker("b")]).then(() => {
  const got = record.join();
  console.log(got === "a in,a out,b in,b out" && !lock.locked() ? "ok" : got);
});
