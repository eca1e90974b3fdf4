/** Python's own example for `pstree`: two albums, whose tracks are played at once. */
import { run, sleep, TaskGroup } from "@asyncio-ts/task";

const play = async (): Promise<void> => await sleep(1_000_000);

async function album(tracks: readonly string[]): Promise<void> {
  const group = new TaskGroup();
  await group.with(async () => {
    for (const track of tracks) group.createTask(play, { name: track });
  });
}

await run(async function main() {
  const group = new TaskGroup();
  await group.with(async () => {
    group.createTask(async () => await album(["TNDNBTG", "Levitate"]), { name: "Sundowning" });
    group.createTask(async () => await album(["DYWTYLM", "Aqua Regia"]), { name: "TMBTE" });
    console.log("ready");
  });
});
