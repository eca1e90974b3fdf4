import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { run } from "asyncio-ts";
import { expect, it } from "vitest";
import { pngOf } from "../../src/distributed/png.js";
import { findRedis } from "../../src/distributed/redis.js";
import { render, size } from "../../src/distributed/work.js";
import { runBuilt } from "../built.js";

const redis = await run(findRedis());

it("a PNG has its lines, each after the number of its filter", () => {
  const png = Buffer.from(pngOf(Uint8Array.of(1, 2, 3, 4, 5, 6), 3, 2));
  const at = png.indexOf("IDAT");
  const length = png.readUInt32BE(at - 4);
  expect([...inflateSync(png.subarray(at + 4, at + 4 + length))]).toEqual([0, 1, 2, 3, 0, 4, 5, 6]);
});

it.skipIf(redis === undefined)(
  `distributed renders all tiles, though a worker is killed${redis === undefined ? " (skipped: redis-server is not installed)" : ""}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "asyncio-ts-distributed-"));
    const { out, err, code } = await runBuilt(["distributed", "--output", folder]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/192 tiles, though process \d+ was killed after a quarter of them\./);
    const png = await readFile(join(folder, "mandelbrot.png"));
    const shades = render({ x: 0, y: 0, ...size });
    expect(png.equals(pngOf(shades, size.width, size.height))).toBe(true);
  },
);
