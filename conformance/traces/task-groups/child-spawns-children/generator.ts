// Children make children; the group waits for the last descendant.
import { coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import { TaskGroup, sleep } from "@asyncio-ts/task";

const node = coroutine(function* (group: TaskGroup, name: string, depth: number): Steps<void> {
  console.log(name, "starts");
  if (depth > 0) {
    group.createTask(node(group, name + ".l", depth - 1));
    group.createTask(node(group, name + ".r", depth - 1));
    console.log(name, "has spawned");
  }
  yield* sleep(0);
  console.log(name, "ends");
});

export const main = coroutine(function* () {
  const group = new TaskGroup();
  yield* group.with(function* () {
    group.createTask(node(group, "root", 2));
    console.log("body ends");
  });
  console.log("group ended");
  try {
    group.createTask(node(group, "late", 0));
  } catch {
    console.log("a finished group takes no task");
  }
});
