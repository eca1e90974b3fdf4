import { Bench } from "tinybench";
import type { Effort } from "./effort.js";
import { apartFromPauses } from "./pauses.js";
import type { Case, Outcome, Program } from "./topic.js";

/** The findings of one process: values in the unit of the case. */
export interface Measurement {
  readonly samples: readonly number[];
}

/**
 * Runs a program over and over, or once if it measures by itself, and checks that it has done what it should.
 */
export async function measure(
  program: Program,
  { size, unit, withoutPauses = false }: Case,
  effort: Effort,
): Promise<Measurement> {
  const check = (outcome: Outcome): Exclude<Outcome, number> | undefined => {
    const done = typeof outcome === "number" ? outcome : outcome.done;
    if (done !== size) throw new Error(`${done} operations were done instead of ${size}`);
    return typeof outcome === "number" ? undefined : outcome;
  };
  if (unit !== undefined) {
    const outcome = check(await program(size));
    if (outcome === undefined || !("value" in outcome)) throw new Error(`it gave no value in ${unit}`);
    return { samples: [outcome.value] };
  }
  const bench = new Bench({ ...effort, retainSamples: true, throws: true });
  const sample = async (): Promise<object | undefined> => {
    if (withoutPauses) {
      const { result, milliseconds } = await apartFromPauses(() => program(size));
      check(result);
      return { overriddenDuration: milliseconds };
    }
    const outcome = check(await program(size));
    return outcome !== undefined && "milliseconds" in outcome
      ? { overriddenDuration: outcome.milliseconds }
      : undefined;
  };
  bench.add("program", sample, { async: true });
  const [task] = await bench.run();
  if (task?.result.state !== "completed") throw new Error("the measurement did not end");
  const milliseconds = task.result.latency.samples;
  if (milliseconds === undefined) throw new Error("the samples were not kept");
  return { samples: milliseconds.map((sample) => (sample * 1e6) / size) };
}
