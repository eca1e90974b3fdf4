// An inner group fails: its error climbs through the outer one.
import { coroutine } from "@asyncio-ts/coroutine";
import { ExceptionGroup, TaskGroup, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string) => {
  try {
    await sleep(10_000);
  } finally {
    console.log(name, "ends");
  }
});

const failing = coroutine(async (name: string) => {
  await sleep(10);
  console.log(name, "raises");
  throw new Error(name);
});

const inner = coroutine(async () => {
  await new TaskGroup().with(async (group) => {
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

export const main = coroutine(async () => {
  try {
    await new TaskGroup().with(async (group) => {
      group.createTask(worker("outer worker"));
      group.createTask(inner());
      console.log("outer body ends");
    });
  } catch (error) {
    console.log("caught", flatten(error));
  }
  try {
    await new TaskGroup().with(async (group) => {
      group.createTask(worker("second worker"));
      await inner();
    });
  } catch (error) {
    console.log("caught", flatten(error));
  }
});
