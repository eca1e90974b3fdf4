import { availableParallelism } from "node:os";
import * as asyncio from "asyncio-ts";
import { measure, roundsIn } from "./measure.js";
import { report, type Row } from "./table.js";
import * as Work from "./work.js";

const WAITS = 20;
const WAIT = 200;
const COMPUTATIONS = 4;
const COMPUTATION = 300;

const work = new URL("./work.js", import.meta.url);
/** A pool for the waits has a worker for two of them: a process needs memory, and time to start. */
const WAITING_WORKERS = WAITS / 2;

export const main = asyncio.coroutine(async () => {
  const cores = availableParallelism();
  const rounds = roundsIn(COMPUTATION);
  console.log(
    `${WAITS} waits of ${WAIT} ms, and ${COMPUTATIONS} computations of ${COMPUTATION} ms, on ${cores} ` +
      `${cores === 1 ? "core" : "cores"}:`,
  );
  const rows: Row[] = [
    {
      way: "one after the other",
      waits: await measure(async () => {
        for (let i = 0; i < WAITS; i++) await asyncio.sleep(WAIT);
        return [];
      }),
      computations: await measure(async () => {
        for (let i = 0; i < COMPUTATIONS; i++) Work.compute(rounds);
        return [];
      }),
    },
    {
      way: "as tasks",
      waits: await measure(() => inTasks(WAITS, () => asyncio.sleep(WAIT))),
      computations: await measure(() => inTasks(COMPUTATIONS, async () => Work.compute(rounds))),
    },
    await inWorkers("in threads", asyncio.ThreadPoolExecutor, rounds),
    await inWorkers("in processes", asyncio.ProcessPoolExecutor, rounds),
  ];
  console.log(report(rows, cores));
});

const inTasks = asyncio.coroutine(async (count: number, body: () => PromiseLike<unknown>) => {
  await new asyncio.TaskGroup().with(async (tg) => {
    for (let i = 0; i < count; i++) tg.createTask(body);
  });
  return [];
});

/** The start of the workers counts: it is part of the price. */
const inWorkers = asyncio.coroutine(
  async (
    way: string,
    Pool: typeof asyncio.ThreadPoolExecutor | typeof asyncio.ProcessPoolExecutor,
    rounds: number,
  ): Promise<Row> => ({
    way,
    waits: await measure(async () => {
      await using pool = new Pool<typeof Work>(work, { maxWorkers: WAITING_WORKERS });
      return await asyncio.gather(pool.map("block", Array<number>(WAITS).fill(WAIT)));
    }),
    computations: await measure(async () => {
      await using pool = new Pool<typeof Work>(work, { maxWorkers: COMPUTATIONS });
      return await asyncio.gather(pool.map("compute", Array<number>(COMPUTATIONS).fill(rounds)));
    }),
  }),
);

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
