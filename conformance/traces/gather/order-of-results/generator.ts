// Results come in the order of the arguments, whoever ends first.
import { coroutine } from "@asyncio-ts/coroutine";
import { gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, delay: number) {
  console.log(name, "starts");
  yield* sleep(delay);
  console.log(name, "ends");
  return name;
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const results = yield* gather([worker("slow", 50), worker("fast", 10), worker("middle", 30)]);
  console.log("results", ...results);
  console.log("and once more, with ticks");
  const more = yield* gather([worker("zero", 0), ticker(3), worker("naught", 0)]);
  console.log("results", more[0], more[2]);
});
