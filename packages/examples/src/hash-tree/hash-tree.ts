/**
 * A tree of files is hashed and compressed: tasks read and write, processes compute, and a bounded queue
 * stands between, so that no more is read than will soon be worked on.
 *
 *     read ──▶ queue (bounded) ──▶ packers, each: process pool ──▶ write
 *
 * The first that fails stops all the others, as does a cancellation; a file that was written stays, and is
 * whole.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as asyncio from "asyncio-ts";
import { type SourceFile, writeWhole } from "./files.js";
import type * as Work from "./work.js";

/** The list of hashes, which `sha256sum --check` understands. */
const HASHES = "SHA256SUMS";

/** A file that is done. */
export interface PackedFile extends SourceFile {
  readonly sha256: string;
  readonly compressedSize: number;
}

export interface HashTreeOptions {
  /** The number of processes that compute. */
  readonly workers: number;
  /** Is called when a file has been written. */
  readonly onDone?: (file: PackedFile) => void;
}

interface Loaded {
  readonly file: SourceFile;
  readonly content: Uint8Array;
}

/**
 * Writes each file, compressed, below `target`, and then the list of their hashes. Gives what was written, in
 * order.
 */
export const hashTree = asyncio.coroutine(
  async (source: string, files: readonly SourceFile[], target: string, options: HashTreeOptions) => {
    const { workers } = options;
    const loaded = new asyncio.Queue<Loaded>(workers * 2);
    const packed = new Map<SourceFile, PackedFile>();
    await using pool = new asyncio.ProcessPoolExecutor<typeof Work>(new URL("./work.js", import.meta.url), {
      maxWorkers: workers,
    });
    await new asyncio.TaskGroup().with(async (tg) => {
      tg.createTask(() => load(source, files, loaded), { name: "reader" });
      for (let i = 1; i <= workers; i++) {
        tg.createTask(
          async () => {
            for await (const { file, content } of loaded) {
              const { sha256, compressed } = await pool.submit("hashAndCompress", content);
              await writeWhole(join(target, `${file.path}.br`), compressed);
              const done = { ...file, sha256, compressedSize: compressed.length };
              packed.set(file, done);
              options.onDone?.(done);
            }
          },
          { name: `packer ${i}` },
        );
      }
    });
    const all = files.flatMap((file) => packed.get(file) ?? []);
    await writeWhole(join(target, HASHES), all.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(""));
    return all;
  },
);

const load = asyncio.coroutine(
  async (source: string, files: readonly SourceFile[], loaded: asyncio.Queue<Loaded>) => {
    for (const file of files) {
      const content = await readFile(join(source, file.path), { signal: asyncio.currentSignal() });
      await loaded.put({ file, content });
    }
    loaded.shutdown();
  },
);
