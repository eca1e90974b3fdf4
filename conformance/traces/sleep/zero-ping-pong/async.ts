// sleep(0) gives way for exactly one iteration.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const player = coroutine(async (name: string, rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    console.log(name, turn);
    await sleep(0);
  }
  console.log(name, "is out");
});

export const main = coroutine(async () => {
  const ping = createTask(player("ping", 4));
  const pong = createTask(player("pong", 3));
  for (let turn = 0; turn < 3; turn += 1) {
    console.log("main", turn);
    await sleep(0);
  }
  console.log("ping done:", ping.done(), "pong done:", pong.done());
  await pong;
  console.log("pong joined");
  await ping;
  console.log("ping joined");
});
