import { map, run, sleep } from "asyncio-ts";

const pictures = ["hedgehog", "cat", "otter", "owl", "badger", "mole", "fox", "squirrel"];
let running = 0;
let most = 0;

// Stands for a request to the picture server.
const download = async (picture: string) => {
  running += 1;
  most = Math.max(most, running);
  try {
    await sleep(200 + 70 * picture.length);
    return `${picture}.jpg`;
  } finally {
    running -= 1;
  }
};

await run(async () => {
  for await (const file of map(pictures, download, { limit: 3 })) {
    console.log(`saved ${file}`);
  }
  console.log(`${pictures.length} pictures, at most ${most} at once`);
});
