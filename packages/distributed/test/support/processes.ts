/** Reads of processes from Linux. */
import { readdirSync, readFileSync } from "node:fs";

/** Returns the ticks of a processor that a process, and all that it has started and that still run, have used. */
export function timeUsedBy(pid: number): number {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(read);
  const isOf = (id: number): boolean => {
    const parent = all.find((process) => process.id === id)?.parent;
    return id === pid || (parent !== undefined && isOf(parent));
  };
  return all.filter(({ id }) => isOf(id)).reduce((sum, { used }) => sum + used, 0);
}

function read(name: string): { id: number; parent: number; used: number }[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, "utf8");
    // The name of the program, in parentheses, may have spaces; after it come the state, the parent, …
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    return [
      {
        id: Number(name),
        parent: fields[1] as number,
        used: (fields[11] as number) + (fields[12] as number),
      },
    ];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
