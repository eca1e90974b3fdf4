/**
 * Bun and browsers have no promise hooks, so a wait that begins after a native promise may be of a line
 * that was told of a cancellation, or of one that was not: it is left alone for 100 ms, and cancelled then.
 */
import { getRunningLoop } from "@asyncio-ts/loop";
import { abortable, createTask, currentTask, sleep, TaskGroup, timeout } from "@asyncio-ts/task";
import { expect, test, vi } from "vitest";
import { nameOf, runVirtual } from "@asyncio-ts/testkit";
import { native } from "./native.js";

// Before the imports: the packages look for the hooks when they are loaded.
vi.hoisted(() => {
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: string) =>
    name === "node:v8" ? {} : getBuiltinModule(name)) as typeof getBuiltinModule;
});

/** Runs `body` as a task, cancels it at 15 ms, and tells what it recorded, and how it ended. */
function cancelledAt15(body: (note: (text: string) => void) => Promise<unknown>): Promise<string[]> {
  return runVirtual(async () => {
    const events: string[] = [];
    const note = (text: string) => void events.push(`${text} at ${getRunningLoop().time()}`);
    const task = createTask(() => body(note));
    getRunningLoop().callLater(15, () => task.cancel());
    note(await task.then(() => "returned", nameOf));
    return events;
  });
}

test("a line that was not told is cancelled late", async () => {
  const events = await cancelledAt15(async () => {
    await Promise.race([native(5), sleep(10_000)]);
    await native(30);
    await sleep(500);
  });
  expect(events).toEqual(["cancelled at 135"]);
});

test("a line that never waits so long at once is cancelled at the first one after the time", async () => {
  const events = await cancelledAt15(async () => {
    await Promise.race([native(5), sleep(10_000)]);
    for (;;) {
      await native(30);
      await sleep(30);
    }
  });
  expect(events).toEqual(["cancelled at 155"]);
});

test("a clean-up that waits less is not disturbed", async () => {
  const events = await cancelledAt15(async (note) => {
    try {
      await sleep(10_000);
    } finally {
      await native(30);
      await sleep(90);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["cleaned up at 135", "cancelled at 135"]);
});

test("one that waits longer is disturbed, and has twice the time after that: the other side of the same", async () => {
  const events = await cancelledAt15(async (note) => {
    try {
      await sleep(10_000);
    } finally {
      await native(30);
      await sleep(500).catch(() => note("disturbed"));
      await native(30);
      await sleep(190);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["disturbed at 145", "cleaned up at 365", "cancelled at 365"]);
});

test("what a told line does in the turns of the library's own waits is certain, however long", async () => {
  const events = await cancelledAt15(async (note) => {
    try {
      await sleep(10_000);
    } finally {
      await sleep(500);
      await sleep(500);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["cleaned up at 1015", "cancelled at 1015"]);
});

test("a clean-up is not disturbed after a timeout in it has expired, either", async () => {
  const events = await cancelledAt15(async (note) => {
    try {
      await sleep(1000);
    } finally {
      await timeout(1).with(() => native(5));
      await sleep(10);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["cleaned up at 30", "cancelled at 30"]);
});

test("after a child that may have swallowed the request, the parent is cancelled late", async () => {
  const events = await cancelledAt15(async () => {
    await createTask(async () => {
      void sleep(10_000).catch(() => {});
      await native(30);
    });
    await sleep(500);
  });
  expect(events).toEqual(["cancelled at 130"]);
});

test("a second cancellation begins the time anew", async () => {
  const events = await cancelledAt15(async (note) => {
    const task = currentTask();
    getRunningLoop().callLater(40, () => task?.cancel());
    try {
      await sleep(1000);
    } finally {
      await native(1);
      await sleep(50).catch(() => native(1));
      await sleep(90);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["cleaned up at 131", "cancelled at 131"]);
});

test("a clean-up is not disturbed after a timeout inside it has expired", async () => {
  const events = await cancelledAt15(async (note) => {
    try {
      await sleep(10_000);
    } finally {
      await timeout(5).with(async () => {
        await native(10);
        await abortable(() => native(10));
      });
      await sleep(50);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["cleaned up at 85", "cancelled at 85"]);
});

test("a second cancellation is told at once after a native promise, and the time is 100 ms again", async () => {
  const events = await cancelledAt15(async (note) => {
    const task = currentTask();
    getRunningLoop().callLater(160, () => task?.cancel());
    try {
      await sleep(10_000);
    } finally {
      await native(30);
      await sleep(500).catch(() => note("disturbed"));
      await native(30);
      await sleep(500).catch(() => note("told again"));
      await native(30);
      await sleep(500).catch(() => note("disturbed again"));
    }
  });
  expect(events).toEqual([
    "disturbed at 145",
    "told again at 175",
    "disturbed again at 305",
    "cancelled at 305",
  ]);
});

test("a cancellation that another line is told of begins the time anew for a wait in doubt", async () => {
  const events = await cancelledAt15(async (note) => {
    const inDoubt = async () => {
      await sleep(10_000).catch(() => note("one line is told"));
      await native(30);
      await sleep(500).catch(() => note("its next wait is cancelled"));
    };
    const late = async () => {
      await abortable(() => native(50));
      await sleep(500).catch(() => note("the other line is told"));
    };
    await Promise.all([inDoubt(), late()]);
  });
  expect(events).toEqual([
    "one line is told at 15",
    "the other line is told at 50",
    "its next wait is cancelled at 150",
    "returned at 150",
  ]);
});

test("a wait in doubt is left alone once the cancellation is taken back, and the next one is told at once", async () => {
  const events = await cancelledAt15(async (note) => {
    const task = currentTask();
    getRunningLoop().callLater(60, () => task?.uncancel());
    getRunningLoop().callLater(250, () => task?.cancel());
    await sleep(10_000).catch(() => note("told"));
    await native(30);
    await sleep(200);
    note("slept");
    await native(30);
    await sleep(500);
  });
  expect(events).toEqual(["told at 15", "slept at 245", "cancelled at 275"]);
});

test("a group that is cancelled in a line which was not told throws what the line is told of inside it", async () => {
  const events = await cancelledAt15(async (note) => {
    void sleep(10_000).catch(() => note("another line is told"));
    await createTask(() => native(30));
    await new TaskGroup().with(async (group) => {
      group.cancel();
      await sleep(10);
    });
    note("left the group");
  });
  expect(events).toEqual(["another line is told at 15", "cancelled at 30"]);
});

test("a group that is cancelled in a clean-up throws nothing, and the clean-up goes on", async () => {
  const events = await cancelledAt15(async (note) => {
    try {
      await sleep(10_000);
    } finally {
      await native(5);
      await new TaskGroup().with(async (group) => {
        group.cancel();
        await sleep(10);
      });
      note("left the group");
      await sleep(200);
      note("cleaned up");
    }
  });
  expect(events).toEqual(["left the group at 20", "cleaned up at 220", "cancelled at 220"]);
});

test("nor does it in code that may have swallowed the earlier of two requests, once the later is taken back", async () => {
  const events = await cancelledAt15(async (note) => {
    const limit = timeout(10).with(async () => {
      await sleep(10_000).catch(() => note("told"));
      await native(20);
      await new TaskGroup().with(async (group) => {
        currentTask()?.uncancel();
        group.cancel();
        await sleep(10);
      });
      note("left the group");
    });
    await limit;
  });
  expect(events).toEqual(["told at 10", "left the group at 30", "returned at 30"]);
});

test("a child that may have swallowed the earlier of two requests answers that one", async () => {
  const events = await cancelledAt15(async (note) => {
    const child = createTask(async () => {
      await sleep(10_000).catch(() => {});
      await native(30);
    });
    await timeout(10).with(async () => {
      await child;
      currentTask()?.uncancel();
      await sleep(10);
      note("not disturbed");
    });
  });
  expect(events).toEqual(["not disturbed at 50", "returned at 50"]);
});

test("a child in native code that a line begins to await when a request is due leaves that with the line", async () => {
  const events = await cancelledAt15(async () => {
    const child = createTask(() => native(60));
    await native(30);
    await child;
    await sleep(1000);
  });
  expect(events).toEqual(["cancelled at 60"]);
});
