// An inner group fails: its error climbs through the outer one.
import { coroutine } from "@asyncio-ts/coroutine";
import { ExceptionGroup, TaskGroup, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  try {
    yield* sleep(10_000);
  } finally {
    console.log(name, "ends");
  }
});

const failing = coroutine(function* (name: string) {
  yield* sleep(10);
  console.log(name, "raises");
  throw new Error(name);
});

const inner = coroutine(function* () {
  yield* new TaskGroup().with(function* (group) {
    group.createTask(worker("inner worker"));
    group.createTask(failing("inner failing"));
    console.log("inner body ends");
  });
});

const flatten = (error: unknown): string => {
  if (error instanceof ExceptionGroup) {
    return "[" + error.exceptions.map((one) => flatten(one)).join(" ") + "]";
  }
  return (error as Error).message;
};

export const main = coroutine(function* () {
  try {
    yield* new TaskGroup().with(function* (group) {
      group.createTask(worker("outer worker"));
      group.createTask(inner());
      console.log("outer body ends");
    });
  } catch (error) {
    console.log("caught", flatten(error));
  }
  try {
    yield* new TaskGroup().with(function* (group) {
      group.createTask(worker("second worker"));
      yield* inner();
    });
  } catch (error) {
    console.log("caught", flatten(error));
  }
});
