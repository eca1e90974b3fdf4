// The first error goes out at once; the siblings go on.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  console.log(name, "starts");
  await sleep(delay);
  if (name.startsWith("bad")) {
    console.log(name, "fails");
    throw new Error(name);
  }
  console.log(name, "ends");
  return name;
});

export const main = coroutine(async () => {
  const good = createTask(worker("good", 30));
  const worse = createTask(worker("bad two", 50));
  try {
    await gather([good, worker("bad one", 10), worse]);
  } catch (error) {
    console.log("gather raised", (error as Error).message);
  }
  console.log("good done:", good.done(), "cancelling", good.cancelling());
  console.log("good gave", await good);
  try {
    await worse;
  } catch (error) {
    console.log("the second error stayed with its task:", (error as Error).message);
  }
});
