import { coroutine, isCancelled, race, run, sleep } from "asyncio-ts";

// Stands for a request to a mirror of the package server.
const ask = coroutine(function* (mirror: string, milliseconds: number) {
  console.log(`  asking ${mirror}`);
  try {
    yield* sleep(milliseconds);
    return mirror;
  } catch (error) {
    if (isCancelled(error)) console.log(`  hung up on ${mirror}`);
    throw error;
  }
});

const askLater = coroutine(function* (pause: number, mirror: string, milliseconds: number) {
  yield* sleep(pause);
  return yield* ask(mirror, milliseconds);
});

await run(function* () {
  console.log("all at once:");
  const first = yield* race([ask("Oslo", 700), ask("Lima", 400), ask("Pune", 900)]);
  console.log(`  ${first} was first`);

  console.log("a second one, if the first takes longer than 300 ms:");
  const hedged = yield* race([ask("Oslo", 700), askLater(300, "Lima", 200)]);
  console.log(`  ${hedged} was first`);
});
