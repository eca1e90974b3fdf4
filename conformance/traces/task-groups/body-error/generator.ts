// An error in the body cancels the children; it is the last in the group.
import { coroutine } from "@asyncio-ts/coroutine";
import { ExceptionGroup, TaskGroup, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, rounds: number, fails: boolean) {
  try {
    yield* sleep(10_000);
  } catch (error) {
    for (let turn = 0; turn < rounds; turn += 1) {
      yield* sleep(0);
    }
    console.log(name, "ends");
    if (fails) {
      throw new Error(name + " failed in its clean-up");
    }
    throw error;
  }
});

export const main = coroutine(function* () {
  try {
    yield* new TaskGroup().with(function* (group) {
      group.createTask(worker("one", 2, false));
      group.createTask(worker("two", 1, true));
      yield* sleep(10);
      console.log("the body raises");
      throw new Error("body");
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    for (const error of errors.exceptions) {
      console.log("caught", (error as Error).message);
    }
  }
  try {
    yield* new TaskGroup().with(function* (group) {
      group.createTask(worker("never started", 0, true));
      throw new Error("body at once");
    });
  } catch (errors) {
    if (!(errors instanceof ExceptionGroup)) throw errors;
    console.log("caught", ...errors.exceptions.map((error) => (error as Error).message));
  }
  console.log("main ends");
});
