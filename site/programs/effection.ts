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

async function load(mirror: string, ms: number) {
  try {
    await sleep(ms);
    return mirror;
  } finally {
    await sleep(10); // says goodbye
    console.log(`${mirror}: closed`);
  }
}

await run(async () => {
  createTask(heart);
  const loads = [() => load("east", 700), () => load("west", 1000)];
  const first = await race(loads);
  console.log(`from the ${first}`);
});
console.log("end");
