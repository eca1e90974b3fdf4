/** Records the process whose number is its first argument for longer than any test, until it is killed. */
import { recordProcess } from "../../src/record-process.js";

const [pid, patience] = process.argv.slice(2).map(Number) as [number, number];
// The process keeps the recording for both times of `recordProcess`: for `patience` in all.
const duration = 2 ** 30;
await recordProcess(
  { pid },
  { duration, patience: patience - duration, begun: () => console.log("recording") },
  async () => {},
);
