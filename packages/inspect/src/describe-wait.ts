/** Waits, in the words of the commands: short, and the same in each of them. */
import type { TaskSnapshot, WaitSnapshot } from "./snapshot.js";

/** Describes what a task waits for: `sleep(1000), 0.4 s left`. Tasks are named by `tasks`. */
export function describeWait(wait: WaitSnapshot, tasks: ReadonlyMap<number, TaskSnapshot>): string {
  switch (wait.kind) {
    case "task": {
      const task = tasks.get(wait["task"] as number);
      return task === undefined ? "a task that is done" : `task ${task.id} ${task.name}`;
    }
    case "timer":
      return `${bare(wait.text)}, ${seconds(wait["left"] as number)} left`;
    case "promise":
    case "step":
      return wait.text;
    case "process":
      return `the end of process ${wait["pid"]} (${wait["program"]})`;
    case "job":
      return `${bare(wait.text)} of ${wait["pool"]}, ${wait["status"]}`;
    case "lock": {
      const holder = tasks.get(wait["holder"] as number);
      const by = holder === undefined ? "" : `, held by task ${holder.id} ${holder.name}`;
      return `${bare(wait.text)} of ${wait["of"]}${by}`;
    }
    default:
      return wait["of"] === undefined ? bare(wait.text) : `${bare(wait.text)} of ${wait["of"]}`;
  }
}

/**
 * Shows control characters, which names may have, as escapes: they would break the lines of a terminal, or
 * turn what follows around, as those for writing from right to left do.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Leaves out what all waits have: `<sleep(10) pending>` is `sleep(10)`. */
function bare(text: string): string {
  return /^<(.*) pending>$/s.exec(text)?.[1] ?? text;
}

/** A time in words: `350 ms`, `2.4 s`, `3 min`, `2.5 h`. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 99_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 5_970_000) return `${Math.round(milliseconds / 60_000)} min`;
  return `${(milliseconds / 3_600_000).toFixed(1)} h`;
}
