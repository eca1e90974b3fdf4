// The first error goes out at once; the siblings go on.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, delay: number) {
  console.log(name, "starts");
  yield* sleep(delay);
  if (name.startsWith("bad")) {
    console.log(name, "fails");
    throw new Error(name);
  }
  console.log(name, "ends");
  return name;
});

export const main = coroutine(function* () {
  const good = createTask(worker("good", 30));
  const worse = createTask(worker("bad two", 50));
  try {
    yield* gather([good, worker("bad one", 10), worse]);
  } catch (error) {
    console.log("gather raised", (error as Error).message);
  }
  console.log("good done:", good.done(), "cancelling", good.cancelling());
  console.log("good gave", yield* good);
  try {
    yield* worse;
  } catch (error) {
    console.log("the second error stayed with its task:", (error as Error).message);
  }
});
