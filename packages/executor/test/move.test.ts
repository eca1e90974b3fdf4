import { move, ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { gather } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { pools, refusalOf, work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

describe("move()", () => {
  const threads = () => new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 1 });

  it("moves buffers, and arrays with their buffers, to a thread", async () => {
    await using pool = threads();
    const buffer = new ArrayBuffer(1000);
    const bytes = new Uint8Array(2000);
    const copied = new Uint8Array(3000);
    const jobs = [
      pool.submit("length", move(buffer)),
      pool.submit("length", move(bytes)),
      pool.submit("length", copied),
    ];
    expect(await gather(jobs)).toEqual([1000, 2000, 3000]);
    expect([buffer.byteLength, bytes.byteLength, copied.byteLength]).toEqual([0, 0, 3000]);
  });

  it("moves the parts of a value that it is told", async () => {
    await using pool = threads();
    const image = { width: 2, pixels: new Uint8Array([1, 2]), more: new Uint8Array([3]) };
    const job = pool.submit("same", move(image, [image.pixels.buffer]));
    expect(await job).toEqual({ width: 2, pixels: new Uint8Array([1, 2]), more: new Uint8Array([3]) });
    expect([image.pixels.length, image.more.length]).toEqual([0, 1]);
  });

  it("moves a buffer that two arguments share", async () => {
    await using pool = new ThreadPoolExecutor<{ add(a: unknown, b: unknown): unknown }>(work, {
      maxWorkers: 1,
    });
    const buffer = new ArrayBuffer(8);
    const [a, b] = [new Uint8Array(buffer), new Uint16Array(buffer)];
    expect(await pool.submit("add", move(a), move(b))).toBe("0,0,0,0,0,0,0,00,0,0,0");
    expect(buffer.byteLength).toBe(0);
  });

  it("says which argument was moved before", async () => {
    await using pool = threads();
    const bytes = new Uint8Array(8);
    expect(await pool.submit("length", move(bytes))).toBe(8);
    await expect(pool.submit("length", move(bytes))).rejects.toThrow(
      `argument 1 of length() can't be sent to a thread: it can't be cloned: ${refusalOf(bytes)}`,
    );
    expect(await pool.submit("add", 1, 2)).toBe(3);
  });

  it("moves what a thread returns", async () => {
    await using pool = threads();
    expect((await pool.submit("make", 1000, "copy")).length).toBe(1000);
    expect(await pool.submit("keptBytes")).toBe(1000);
    expect((await pool.submit("make", 1000, "move")).length).toBe(1000);
    expect(await pool.submit("keptBytes")).toBe(0);
  });

  it("copies to and from processes, and nothing happens to the original", async () => {
    await using pool = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
    const bytes = new Uint8Array(1000);
    expect([await pool.submit("length", move(bytes)), bytes.length]).toEqual([1000, 1000]);
    expect([...(await pool.submit("make", 3, "move"))]).toEqual([7, 7, 7]);
    expect(await pool.submit("keptBytes")).toBe(3);
  });

  it("needs an object", () => {
    expect(() => move("text" as unknown as object)).toThrow(
      new TypeError("move() needs an object that holds memory, got a string"),
    );
    expect(() => move(null as unknown as object)).toThrow("got null");
  });
});

describe("shared memory", () => {
  it("is shared between threads", async () => {
    await using pool = new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 2 });
    const cells = new Int32Array(new SharedArrayBuffer(8));
    await gather(Array.from({ length: 100 }, () => pool.submit("addToShared", cells)));
    expect(cells[0]).toBe(100);
  });

  it("is refused between processes, and so are arrays of it", async () => {
    await using pool = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
    const cells = new Int32Array(new SharedArrayBuffer(8));
    for (const shared of [cells, cells.buffer]) {
      await expect(pool.submit("same", shared)).rejects.toThrow(
        /^argument 1 of same\(\) can't be sent to a process: it can't be cloned: #<SharedArrayBuffer>/,
      );
    }
  });
});

describe.each(pools)("big data", ({ Pool }) => {
  it("goes to a worker and back", async () => {
    await using pool = new Pool<typeof Work>(work, { maxWorkers: 1 });
    const bytes = new Uint8Array(20_000_000).fill(5);
    const back = (await pool.submit("same", bytes)) as Uint8Array;
    expect([back.byteLength, back[0], back[19_999_999]]).toEqual([20_000_000, 5, 5]);
  });
});
