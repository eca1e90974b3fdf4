// What a callback schedules runs in the next iteration, never in the same.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";

export const main = coroutine(async () => {
  const loop = getRunningLoop();

  const chain = (name: string, left: number): void => {
    console.log(name, left);
    if (left > 0) {
      loop.callSoon(chain, name, left - 1);
    }
  };

  loop.callSoon(chain, "a", 3);
  loop.callSoon(chain, "b", 1);
  for (let turn = 0; turn < 3; turn += 1) {
    console.log("main", turn);
    await sleep(0);
  }
  loop.callSoon(chain, "c", 1);
  console.log("main waits for a timer");
  await sleep(10);
  console.log("main ends");
});
