import { race, run, sleep, spawn } from "effection";

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

function* load(mirror: string, milliseconds: number) {
  try {
    yield* sleep(milliseconds);
    return mirror;
  } finally {
    yield* sleep(10); // says goodbye
    console.log(`${mirror}: closed`);
  }
}

await run(function* () {
  yield* spawn(heart);
  const first = yield* race([load("east", 700), load("west", 1000)]);
  console.log(`from the ${first}`);
});
console.log("end");
