import { createTask, race, run, sleep } from "asyncio-ts";

async function heart() {
  try {
    for (;;) {
      await sleep(300);
      console.log("beat");
    }
  } finally {
    console.log("heart stops");
  }
}

async function load(mirror: string, milliseconds: number) {
  try {
    await sleep(milliseconds);
    return mirror;
  } finally {
    await sleep(10); // says goodbye
    console.log(`${mirror}: closed`);
  }
}

await run(async () => {
  createTask(heart);
  const first = await race([() => load("east", 700), () => load("west", 1000)]);
  console.log(`from the ${first}`);
});
console.log("end");
