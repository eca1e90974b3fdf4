import * as asyncio from "asyncio-ts";
import { type Download, downloadOf, ErrorBudgetSpent, fetchAll } from "./fetch-all.js";
import { showProgress } from "./progress.js";
import { UnreliableServer } from "./server.js";
import { summary } from "./summary.js";

const pathsOfEndpoint = { slow: 8, broken: 3, flaky: 8, hanging: 3, quick: 8 };

/** 30 paths, one of each endpoint in turn. */
const paths = Array.from({ length: 8 }, (_, round) =>
  Object.entries(pathsOfEndpoint)
    .filter(([, number]) => round < number)
    .map(([endpoint]) => `/${endpoint}/${round + 1}`),
).flat();

export const main = asyncio.coroutine(
  async ({ errorBudget = 10 }: { readonly errorBudget?: number } = {}) => {
    await using server = await UnreliableServer.start();
    const downloads = paths.map((path) => downloadOf(server.origin + path));
    try {
      await fetchAndReport(downloads, errorBudget);
    } catch (errors) {
      if (!(errors instanceof asyncio.ExceptionGroup)) throw errors;
      const [spent, rest] = errors.split(ErrorBudgetSpent);
      if (spent !== undefined) console.log(`Stopped: ${spent.exceptions[0]?.message}.`);
      if (rest !== undefined) throw rest;
    }
  },
);

const fetchAndReport = asyncio.coroutine(async (downloads: readonly Download[], errorBudget: number) => {
  const progress = showProgress(downloads, process.stdout);
  try {
    await fetchAll(downloads, {
      atOnce: 5,
      timeout: 500,
      attempts: 3,
      backoff: 100,
      errorBudget,
      onChange: progress.changed,
    });
  } finally {
    progress.done();
    console.log(summary(downloads));
  }
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
