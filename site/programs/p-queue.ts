import { PriorityQueue, run, sleep, TaskGroup } from "asyncio-ts";

async function send(mail: string, ms: number) {
  console.log(`${mail}: begun`);
  await sleep(ms);
  console.log(`${mail}: sent`);
}

type Job = () => Promise<void>;
const queue = new PriorityQueue<[number, number, Job]>();
let order = 0;
function add(job: Job, { priority = 0 } = {}) {
  // The least item comes first.
  queue.putNowait([-priority, order++, job]);
}

add(() => send("newsletter", 500));
add(() => send("digest", 200));
add(() => send("receipt", 300), { priority: 1 });
add(() => send("password", 400), { priority: 2 });
queue.shutdown(); // no more will come

async function work() {
  for await (const [, , job] of queue) await job();
}

await run(async () => {
  await new TaskGroup().with((group) => {
    group.createTask(work, { name: "worker 1" });
    group.createTask(work, { name: "worker 2" });
  });
  console.log("all sent");
});
