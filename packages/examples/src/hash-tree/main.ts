import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import cliProgress from "cli-progress";
import * as asyncio from "asyncio-ts";
import { listFiles, type SourceFile } from "./files.js";
import { hashTree, type PackedFile } from "./hash-tree.js";

export interface HashTreeArguments {
  /** The folder to hash and compress. Default: the TypeScript compiler, which every workspace has. */
  readonly folder?: string;
  /** Where to write. Default: a temporary folder, which goes when the program ends. */
  readonly output?: string;
}

export const main = asyncio.coroutine(async ({ folder, output }: HashTreeArguments = {}) => {
  const source = resolve(folder ?? dirname(createRequire(import.meta.url).resolve("typescript")));
  const files = await listFiles(source);
  const target = output === undefined ? await mkdtemp(join(tmpdir(), "hash-tree-")) : resolve(output);
  try {
    await hashAndReport(source, files, target);
  } finally {
    if (output === undefined) await rm(target, { recursive: true });
  }
});

const hashAndReport = asyncio.coroutine(
  async (source: string, files: readonly SourceFile[], target: string) => {
    const workers = availableParallelism();
    const total = files.reduce((sum, { size }) => sum + size, 0);
    console.log(`${files.length} files of ${source}, ${megabytes(total)}, in ${workers} processes:`);
    const bar = new cliProgress.SingleBar({
      format: "{bar} {percentage} %  {files} files",
      stream: process.stdout,
      noTTYOutput: true,
      notTTYSchedule: 1000,
      // All that has been drawn stays when the program is cancelled, and Ctrl-C is for run().
      gracefulExit: false,
    });
    const start = performance.now();
    let done = 0;
    const onDone = ({ size }: PackedFile): void => bar.increment(size, { files: ++done });
    bar.start(total, 0, { files: 0 });
    try {
      const packed = await hashTree(source, files, target, { workers, onDone });
      bar.stop();
      const compressed = packed.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${packed.length} files written to ${target}: ${megabytes(compressed)}, in ${seconds} s`);
    } catch (error) {
      bar.stop();
      console.log(`Stopped after ${done} of ${files.length} files; what is written is whole.`);
      throw error;
    }
  },
);

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
