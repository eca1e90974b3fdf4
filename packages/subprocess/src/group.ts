/**
 * Group: the processes that one program has started, itself included, as far as the system tells.
 *
 * On POSIX a process that makes a session of its own leads a process group, which its descendants join unless
 * they make groups themselves (a daemon does, and an interactive shell for its jobs). The number of the group
 * is that of its leader, and is not given to another process as long as the group has members. A group is
 * alive while one of its members is. Members that have ended and that nobody has waited for (zombies) still
 * answer to signals. If the leader is gone, the first process of the system should wait for them; in a
 * container that is often a program that does not. So on Linux `/proc` is asked, too.
 *
 * Windows has no such groups: there only the process itself is known.
 */
import { builtin, isLinux } from "./runtime.js";

/** Sends a signal to all members of a group. Returns false if there is none. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // All of them belong to other users.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Tells whether a group whose leader was waited for has members that have not ended. */
export function isGroupAlive(leader: number): boolean {
  return signalGroup(leader, 0) && (!isLinux || hasMember(leader));
}

/** Looks for a member that is no zombie. Costs about 10 µs for each process of the system. */
function hasMember(group: number): boolean {
  const { readdirSync, readFileSync } = builtin("node:fs");
  try {
    for (const name of readdirSync("/proc")) {
      if (!/^\d/.test(name)) continue;
      let line: string;
      try {
        line = readFileSync(`/proc/${name}/stat`, "latin1");
      } catch {
        continue; // It has just ended.
      }
      // number (name of the program) state parent group …; the name may contain anything.
      const [state, , of] = line.slice(line.lastIndexOf(")") + 2).split(" ", 3);
      if (Number(of) === group && state !== "Z" && state !== "X") return true;
    }
    return false;
  } catch {
    // Deno may not be allowed to read it.
    return true;
  }
}
