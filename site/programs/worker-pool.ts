import { Queue, run, sleep, TaskGroup } from "asyncio-ts";

const papers = ["poster", "flyer", "menu", "map", "ticket", "label", "card"];

// A worker has one printer, which prints one paper after another.
const work = async (printer: string, milliseconds: number, queue: Queue<string>) => {
  for await (const paper of queue) {
    await sleep(milliseconds); // Stands for the printing.
    console.log(`${printer} printed the ${paper}`);
  }
  console.log(`${printer} is off`);
};

await run(async () => {
  const queue = new Queue<string>(2);
  await new TaskGroup().with(async (group) => {
    group.createTask(() => work("the laser", 300, queue), { name: "laser" });
    group.createTask(() => work("the plotter", 700, queue), { name: "plotter" });
    for (const paper of papers) {
      await queue.put(paper); // Waits while two papers are in the queue.
      console.log(`accepted the ${paper}, ${queue.qsize()} in the queue`);
    }
    queue.shutdown(); // The workers end when it is empty.
  });
  console.log("all is printed");
});
