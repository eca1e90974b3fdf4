/** Tasks that take steps in turn, and count those that come out of turn, until `enough` is set from outside. */
import { run, sleep, TaskGroup } from "@asyncio-ts/task";

const TASKS = 50;
const program = globalThis as { enough?: boolean };
let next = 0;
let steps = 0;
let outOfTurn = 0;

await run(async function main() {
  await new TaskGroup().with(async (group) => {
    for (let i = 0; i < TASKS; i++) {
      group.createTask(async () => {
        while (program.enough !== true) {
          if (next !== i) outOfTurn++;
          next = (i + 1) % TASKS;
          steps++;
          await sleep(0);
        }
      });
    }
    console.log("ready");
  });
});
console.log(JSON.stringify({ rounds: steps >= TASKS, outOfTurn }));
