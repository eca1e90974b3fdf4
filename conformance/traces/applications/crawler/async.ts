// A crawler that visits two pages at a time and spawns a task for each link.
import { coroutine } from "@asyncio-ts/coroutine";
import { Semaphore } from "@asyncio-ts/sync";
import { TaskGroup, sleep } from "@asyncio-ts/task";

const links: Record<string, string[]> = {
  "/": ["/a", "/b", "/c"],
  "/a": ["/d"],
  "/b": ["/a", "/d"],
  "/c": [],
  "/d": ["/"],
};
const delays: Record<string, number> = { "/": 20, "/a": 180, "/b": 40, "/c": 80, "/d": 100 };

const visit = coroutine(
  async (group: TaskGroup, limit: Semaphore, seen: string[], page: string): Promise<void> => {
    console.log("queued", page);
    await limit.with(async () => {
      console.log("fetch", page);
      await sleep(delays[page] ?? 0);
      console.log("fetched", page);
    });
    for (const link of links[page] ?? []) {
      if (!seen.includes(link)) {
        seen.push(link);
        group.createTask(visit(group, limit, seen, link));
      }
    }
  },
);

export const main = coroutine(async () => {
  const limit = new Semaphore(2);
  const seen = ["/"];
  await new TaskGroup().with(async (group) => {
    group.createTask(visit(group, limit, seen, "/"));
  });
  console.log("seen", ...seen);
});
