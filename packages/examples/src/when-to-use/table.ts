import Table from "cli-table3";
import type { Measurement } from "./measure.js";

/** One way to do the work. */
export interface Row {
  readonly way: string;
  readonly waits: Measurement;
  readonly computations: Measurement;
}

/** The measurements, and in a sentence what they show. */
export function report(rows: readonly Row[], cores: number): string {
  const table = new Table({
    head: ["", "waits", "CPU", "computations", "CPU"],
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { way, waits, computations } of rows) {
    table.push([way, seconds(waits.wall), share(waits), seconds(computations.wall), share(computations)]);
  }
  return `${table.toString()}\n${sentence(rows, cores)}`;
}

/** @param rows one after the other, as tasks, in threads, in processes */
export function sentence(rows: readonly Row[], cores: number): string {
  const [one, tasks, threads, processes] = rows as readonly [Row, Row, Row, Row];
  const alone = seconds(one.computations.wall);
  const inTasks = seconds(tasks.computations.wall);
  const parallel = `${seconds(threads.computations.wall)} and ${seconds(processes.computations.wall)}`;
  const gain = one.computations.wall / Math.min(threads.computations.wall, processes.computations.wall);
  return (
    `Waiting is for tasks: they need ${seconds(tasks.waits.wall)} instead of ${seconds(one.waits.wall)}, in one thread; ` +
    (gain > 1.2
      ? `computing is for threads and processes: on ${cores} cores they need ${parallel} instead of ${alone}, where ` +
        `tasks gain nothing (${inTasks}).`
      : `for computing tasks gain nothing (${inTasks} instead of ${alone}), and threads and processes nothing either ` +
        `here (${parallel}), for want of idle cores.`)
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Of one core. */
function share({ wall, cpu }: Measurement): string {
  return `${Math.round((cpu / wall) * 100)} %`;
}
