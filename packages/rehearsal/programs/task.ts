// @asyncio-ts/task alone.
import { createTask, gather, run, sleep, TaskGroup, timeout, TimeoutError } from "@asyncio-ts/task";

async function main(): Promise<string> {
  const record: unknown[] = await gather([sleep(2, "second"), sleep(1, "first")]);
  await new TaskGroup().with(async (group) => {
    group.createTask(async () => record.push("child"));
  });
  const late = timeout(1).with(() => sleep(60_000));
  await late.catch((error) => record.push(error instanceof TimeoutError));
  const task = createTask(() => sleep(60_000));
  task.cancel();
  await task.catch(() => record.push(task.cancelled()));
  return record.join();
}

void run(main).then((got) => console.log(got === "second,first,child,true,true" ? "ok" : got));
