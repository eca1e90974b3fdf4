/**
 * The file of a Unix socket, which another server may have replaced: the system binds a new file in its place,
 * and the old server, which nobody can reach any more, goes on.
 *
 * Node, Bun and Deno remove whatever is at the path when the old server closes, within the call of `close()`:
 * the new one could not be reached any more either. So its file is moved aside for the length of that call.
 * Rejected: listening on another path, and renaming that: the server would give it as its address.
 *
 * As long as a server is bound its file keeps its number, although it was removed. So equal numbers are one file.
 */
import { builtin } from "./runtime.js";

/** Returns what tells the file at a path from all others; undefined if there is none, or a pipe of Windows. */
export function fileAt(path: string): string | undefined {
  try {
    const { dev, ino } = builtin("node:fs", "startUnixServer").lstatSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Calls `close`, which removes the file at `path`, but keeps that file unless it is `own`. */
export function closeKeeping(path: string, own: string | undefined, close: () => void): void {
  const aside = `${path}.${process.pid}.aside`;
  const isAside = fileAt(path) !== own && moved(path, aside);
  close();
  if (isAside) moved(aside, path);
}

/** Moves a file. Returns false if it may not be moved, and so not be removed either, or is gone. */
function moved(from: string, to: string): boolean {
  try {
    builtin("node:fs", "startUnixServer").renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
