import { Queue, run, sleep, type Task, TaskGroup } from "asyncio-ts";

async function search(words: string) {
  try {
    console.log(`${words}: asked for`);
    await sleep(500);
    console.log(`${words}: 3 results`);
  } finally {
    console.log(`${words}: closed`);
  }
}

async function answer(typed: Queue<string>, group: TaskGroup) {
  let latest: Task<void> | undefined;
  for await (const words of typed) {
    latest?.cancel();
    latest = group.createTask(async () => {
      await sleep(200);
      await search(words);
    });
  }
}

await run(() =>
  new TaskGroup().with(async (group) => {
    const typed = new Queue<string>();
    group.createTask(() => answer(typed, group));
    for (const words of ["py", "pyth", "python"]) {
      typed.putNowait(words);
      await sleep(100);
    }
    await sleep(300);
    typed.putNowait("python async");
    await sleep(300);
    typed.shutdown();
  }),
);
