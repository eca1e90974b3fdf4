import { coroutine, map, run, sleep } from "asyncio-ts";

const pictures = ["hedgehog", "cat", "otter", "owl", "badger", "mole", "fox", "squirrel"];
let running = 0;
let most = 0;

// Stands for a request to the picture server.
const download = coroutine(function* (picture: string) {
  running += 1;
  most = Math.max(most, running);
  try {
    yield* sleep(200 + 70 * picture.length);
    return `${picture}.jpg`;
  } finally {
    running -= 1;
  }
});

await run(function* () {
  yield* map(pictures, download, { limit: 3 }).each((file) => {
    console.log(`saved ${file}`);
  });
  console.log(`${pictures.length} pictures, at most ${most} at once`);
});
