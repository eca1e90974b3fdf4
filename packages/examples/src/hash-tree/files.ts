import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import * as asyncio from "asyncio-ts";

export interface SourceFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly size: number;
}

/** The files below a folder, in order. */
export const listFiles = asyncio.coroutine(async (folder: string): Promise<readonly SourceFile[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(folder, file), size: (await stat(file)).size };
    });
  return (await Promise.all(files)).sort((a, b) => (a.path < b.path ? -1 : 1));
});

/**
 * Writes a file that is there as a whole or not at all: under another name first. Cancelled or failed, it
 * takes away what it has written.
 */
export const writeWhole = asyncio.coroutine(async (file: string, content: Uint8Array | string) => {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(part, content, { signal: asyncio.currentSignal() });
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
});
