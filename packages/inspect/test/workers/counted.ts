/** Functions for a pool whose jobs are counted. */
export function count(): number {
  return 1;
}

export function fail(): never {
  throw new Error("failed");
}

/** Blocks its thread until the number in `gate` is not 0. */
export function hold(gate: SharedArrayBuffer): void {
  Atomics.wait(new Int32Array(gate), 0, 0);
}
