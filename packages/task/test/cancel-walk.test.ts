import { createTask, gather, sleep, type Task, TaskGroup } from "@asyncio-ts/task";
import { expect, test } from "vitest";
import { nameOf, runVirtual } from "@asyncio-ts/testkit";

/** Cancels a gather of so many tasks that await one child, and tells how often each was asked to stop. */
function cancelledAround(count: number): Promise<[accepted: boolean, child: number, parents: number[]]> {
  return runVirtual(async () => {
    const child = createTask(async () => {
      await sleep(1000).catch(() => {});
      return "swallowed";
    });
    const parents = Array.from({ length: count }, () => createTask(async () => await child));
    await sleep(1);
    const all = gather(parents, { returnExceptions: true });
    const accepted = all.cancel();
    const asked = [...new Set(parents.map((parent) => parent.cancelling()))];
    await Promise.allSettled([all]);
    return [accepted, child.cancelling(), asked];
  });
}

test("a task that several cancelled tasks await is asked to stop for each of them", async () => {
  expect(await cancelledAround(300)).toEqual([true, 300, [1]]);
});

test("after a thousand visits of a walk, it is asked once more, however many await it", async () => {
  // Each parent and the child, 500 times; from then on the parents alone.
  expect(await cancelledAround(1200)).toEqual([true, 501, [1]]);
});

test("the last of many that await one task still counts as cancelled, although that is not asked again", async () => {
  await runVirtual(async () => {
    const child = createTask(() => sleep(1000));
    const parents = Array.from({ length: 600 }, () => createTask(async () => await gather([child])));
    await sleep(1);
    const last = createTask(async () => await gather([child]));
    await sleep(1);
    expect(gather([...parents, last]).cancel()).toBe(true);
    await Promise.allSettled([...parents, last]);
    expect([...parents, last].every((task) => task.cancelled())).toBe(true);
  });
});

test("so does a gather of that task alone", async () => {
  await runVirtual(async () => {
    const child = createTask(() => sleep(1000).catch(() => {}));
    const parents = Array.from({ length: 600 }, () => createTask(async () => await child));
    await sleep(1);
    const last = gather([child]);
    const all = gather([...parents, createTask(async () => await last)]);
    await sleep(1);
    all.cancel();
    await all.catch(() => {});
    expect(await last.then(() => "has a result", nameOf)).toBe("cancelled");
  });
});

test("the tasks of a group that is cancelled count as one walk", async () => {
  await runVirtual(async () => {
    let child: Task<void> | undefined;
    await new TaskGroup().with(async (group) => {
      child = group.createTask(() => sleep(1000).catch(() => {}));
      const { length } = Array.from({ length: 1200 }, () => group.createTask(async () => await child));
      await sleep(1);
      group.cancel();
      // Itself, and each parent and the child, up to a thousand visits.
      expect([length, child.cancelling()]).toEqual([1200, 501]);
    });
  });
});
