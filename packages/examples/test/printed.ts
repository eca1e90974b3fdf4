import { readFile } from "node:fs/promises";
import { vi } from "vitest";

/** Collects what is printed from now on, until `vi.restoreAllMocks()`. */
export function capture(): { readonly out: string[]; readonly err: string[] } {
  const printed = { out: [] as string[], err: [] as string[] };
  const collect = (lines: string[]) => (text: unknown) => {
    lines.push(...String(text).replace(/\n$/, "").split("\n"));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(collect(printed.out));
  vi.spyOn(process.stderr, "write").mockImplementation(collect(printed.err));
  vi.spyOn(console, "log").mockImplementation((...parts) => void collect(printed.out)(parts.join(" ")));
  vi.spyOn(console, "error").mockImplementation((...parts) => void collect(printed.err)(parts.join(" ")));
  return printed;
}

/** Returns what the Python program of a section prints; its twin with generators prints the same. */
export async function recorded(section: string): Promise<string[]> {
  const file = new URL(`fixtures/${section.replace(/-generators$/, "")}.out`, import.meta.url);
  return (await readFile(file, "utf8")).trimEnd().split(/\r?\n/);
}
