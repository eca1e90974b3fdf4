/** The functions of a worker that traces its jobs, and returns the spans. */
import { createTask } from "@asyncio-ts/task";
import { traceTasks } from "../../src/opentelemetry.js";
import { finished, type FinishedSpan, setUpTracing, span } from "../support/tracing.js";

const { tracer, provider } = setUpTracing();
traceTasks({ tracer });

/** Makes a span in the function, and one in a task of its own. */
export async function work(): Promise<void> {
  span("in the job");
  await createTask(
    async () => {
      await Promise.resolve();
      span("in the job's task");
    },
    { name: "helper" },
  );
}

export function fail(): never {
  throw new RangeError("no such page");
}

/** Returns the spans that have ended, that of this call not included. */
export async function spans(): Promise<FinishedSpan[]> {
  await provider.forceFlush();
  return finished();
}
