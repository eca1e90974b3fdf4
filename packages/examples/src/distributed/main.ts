import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DistributedExecutor } from "@asyncio-ts/distributed";
import * as asyncio from "asyncio-ts";
import cliProgress from "cli-progress";
import { pngOf } from "./png.js";
import { findRedis, startRedis } from "./redis.js";
import type * as Work from "./work.js";
import { size, type Tile } from "./work.js";

export interface DistributedArguments {
  /** The folder to write the picture to. Default: a temporary one. */
  readonly output?: string;
}

const QUEUE = "tiles";
const TILE = 40;

/** Renders a picture on two workers, of which one is killed on the way; returns the exit code. */
export const main = asyncio.coroutine(async ({ output }: DistributedArguments = {}) => {
  const program = await findRedis();
  if (program === undefined) {
    console.log("This needs redis-server: `apt-get install redis-server`, or `brew install redis`.");
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), "distributed-"));
  try {
    await using redis = await startRedis(program, folder);
    const shades = await render(redis.url);
    const target = output === undefined ? await mkdtemp(join(tmpdir(), "mandelbrot-")) : resolve(output);
    await mkdir(target, { recursive: true });
    const file = join(target, "mandelbrot.png");
    await writeFile(file, pngOf(shades, size.width, size.height));
    console.log(`Wrote ${file}`);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const render = asyncio.coroutine(async (url: string) => {
  await using first = await startWorker(url);
  await using second = await startWorker(url);
  console.log(`Two workers, processes ${first.pid} and ${second.pid}:`);
  await using pool = new DistributedExecutor<typeof Work>({ queue: QUEUE, connection: url });
  const tiles = tilesOf();
  const bar = new cliProgress.SingleBar({
    format: "{bar} {value} of {total} tiles",
    stream: process.stdout,
    noTTYOutput: true,
    notTTYSchedule: 1000,
    gracefulExit: false,
  });
  bar.start(tiles.length, 0);
  const shades = new Uint8Array(size.width * size.height);
  const jobs = new Map(pool.map("render", tiles).map((job, i) => [job, tiles[i] as Tile]));
  let done = 0;
  try {
    for await (const { task: job } of asyncio.asCompleted(jobs.keys())) {
      put(shades, jobs.get(job) as Tile, await job);
      bar.update(++done);
      // Its job is lost, and begins again on the other one.
      if (done === Math.round(tiles.length / 4)) first.kill();
    }
  } finally {
    bar.stop();
  }
  console.log(`${done} tiles, though process ${first.pid} was killed after a quarter of them.`);
  return shades;
});

/** Starts the command `asyncio-ts-worker`; returns once it takes jobs. */
const startWorker = asyncio.coroutine(async (url: string) => {
  const command = fileURLToPath(new URL("bin.js", import.meta.resolve("@asyncio-ts/distributed")));
  const module = fileURLToPath(new URL("work.js", import.meta.url));
  const options = ["--queue", QUEUE, "--redis", url, "--concurrency", "1", "--lease", "1500", "--quiet"];
  const worker = await asyncio.createSubprocessExec(process.execPath, [command, module, ...options], {
    stdout: asyncio.PIPE,
    stderr: asyncio.DEVNULL,
  });
  for await (const line of worker.stdout.lines()) if (line.includes(" ready: ")) break;
  return worker;
});

function tilesOf(): Tile[] {
  const tiles: Tile[] = [];
  for (let y = 0; y < size.height; y += TILE) {
    for (let x = 0; x < size.width; x += TILE) tiles.push({ x, y, width: TILE, height: TILE });
  }
  return tiles;
}

/** Copies a tile into the picture. */
function put(shades: Uint8Array, { x, y, width, height }: Tile, tile: Uint8Array): void {
  for (let line = 0; line < height; line++) {
    shades.set(tile.subarray(line * width, (line + 1) * width), (y + line) * size.width + x);
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await asyncio.run(main());
