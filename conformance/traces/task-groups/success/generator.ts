// The group's end waits for every child.
import { coroutine } from "@asyncio-ts/coroutine";
import { TaskGroup, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, rounds: number) {
  for (let step = 0; step < rounds; step += 1) {
    console.log(name, "step", step);
    yield* sleep(0);
  }
  return name;
});

export const main = coroutine(function* () {
  const [long, short] = yield* new TaskGroup().with(function* (group) {
    const long = group.createTask(worker("long", 3));
    const short = group.createTask(worker("short", 1));
    console.log("body created both");
    yield* sleep(0);
    console.log("body ends, short done:", short.done());
    return [long, short] as const;
  });
  console.log("group ended, long done:", long.done());
  console.log("results", long.result(), short.result());
  yield* new TaskGroup().with(function* () {
    console.log("an empty group");
  });
  console.log("does not wait");
});
