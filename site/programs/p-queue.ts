import { PriorityQueue, run, sleep, TaskGroup } from "asyncio-ts";

async function send(mail: string, milliseconds: number) {
  console.log(`${mail}: begun`);
  await sleep(milliseconds);
  console.log(`${mail}: sent`);
}

const queue = new PriorityQueue<[priority: number, order: number, job: () => Promise<void>]>();
let order = 0;
function add(job: () => Promise<void>, { priority = 0 } = {}) {
  queue.putNowait([-priority, order++, job]); // the least item comes first
}

add(() => send("newsletter", 500));
add(() => send("digest", 200));
add(() => send("receipt", 300), { priority: 1 });
add(() => send("password", 400), { priority: 2 });
queue.shutdown(); // no more will come: the workers end when it is empty

async function work() {
  for await (const [, , job] of queue) await job();
}

await run(async () => {
  await new TaskGroup().with((group) => {
    for (const name of ["worker 1", "worker 2"]) group.createTask(work, { name });
  });
  console.log("all sent");
});
