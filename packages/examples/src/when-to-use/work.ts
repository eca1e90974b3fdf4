/** The functions that the workers run. Each function gives the CPU time that its process has used so far. */

export interface ProcessTime {
  readonly pid: number;
  /** In milliseconds, of all its threads, since it was started. */
  readonly cpu: number;
}

/** Waits as a call does that lets nobody else run: the thread is blocked. */
export function block(milliseconds: number): ProcessTime {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  return processTime();
}

/** Computes. */
export function compute(rounds: number): ProcessTime {
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  // The result is used, so that no compiler leaves the loop out.
  if (x === 0.5) throw new Error("impossible");
  return processTime();
}

export function processTime(): ProcessTime {
  const { user, system } = process.cpuUsage();
  return { pid: process.pid, cpu: (user + system) / 1000 };
}
