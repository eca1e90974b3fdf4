import { createTask, race, run, sleep } from "asyncio-ts";

function* heart() {
  try {
    for (;;) {
      yield* sleep(300);
      console.log("beat");
    }
  } finally {
    console.log("heart stops");
  }
}

function* load(mirror: string, ms: number) {
  try {
    yield* sleep(ms);
    return mirror;
  } finally {
    yield* sleep(10); // says goodbye
    console.log(`${mirror}: closed`);
  }
}

await run(function* () {
  createTask(heart);
  const loads = [load("east", 700), load("west", 1000)];
  const first = yield* race(loads);
  console.log(`from the ${first}`);
});
console.log("end");
