import { LifoQueue, PriorityQueue, Queue } from "@asyncio-ts/sync";
import { describe, expect, it } from "vitest";

describe.each([Queue, LifoQueue, PriorityQueue].map((QueueClass) => [QueueClass.name, QueueClass] as const))(
  "the text of a %s",
  (_name, QueueClass) => {
    it("says how many items are unfinished", () => {
      const queue = new QueueClass<number>();
      expect(String(queue)).not.toContain("unfinished");
      queue.putNowait(1);
      queue.putNowait(2);
      queue.getNowait();
      expect(String(queue)).toContain("2 unfinished");
    });

    it("says that it is shut down", () => {
      const queue = new QueueClass<number>();
      expect(String(queue)).not.toContain("shut down");
      queue.shutdown();
      expect(String(queue)).toContain("shut down");
    });
  },
);
