/**
 * The second try. Node is what the packages are made with: there a check that fails has failed. Another runtime
 * has faults of its own that come and go, which no program of ours can mend. There a suite with a failure is
 * run once more, and what then passes has passed. It is not hidden: the run names each such check with its
 * failure, and the table counts them.
 */
import type { Outcome } from "./suite.js";

/** Runs a suite, and once more if something in it fails. */
export async function withSecondTry(suite: () => Promise<Outcome[]>): Promise<Outcome[]> {
  const first = await suite();
  if (first.every(({ status }) => status !== "failed")) return first;
  return join(first, await suite());
}

/**
 * Returns the outcomes of the second try, where what failed in one of the two passes, with that failure as
 * its detail. What only one of them has, since a whole file failed in the other, stays as it is there.
 */
function join(first: readonly Outcome[], second: readonly Outcome[]): Outcome[] {
  const before = byName(first);
  const after = byName(second);
  const joined = second.map((outcome): Outcome => {
    const other = before.get(outcome.name);
    if (outcome.status === "failed" && other?.status === "passed") return { ...outcome, status: "passed" };
    if (outcome.status === "passed" && other?.status === "failed") return { ...other, status: "passed" };
    return outcome;
  });
  const lost = first.filter(({ name, status }) => status === "failed" && !after.has(name));
  // What stood for a file that could not be loaded: if all is well now, its tests are there.
  const status = joined.some((outcome) => outcome.status === "failed") ? "failed" : "passed";
  return [...joined, ...lost.map(({ name, detail = "" }): Outcome => ({ name, status, detail }))];
}

/** The outcomes by name; of several with one name, one that has failed. */
function byName(outcomes: readonly Outcome[]): Map<string, Outcome> {
  const isFailed = ({ status }: Outcome): boolean => status === "failed";
  const failedLast = [...outcomes.filter((each) => !isFailed(each)), ...outcomes.filter(isFailed)];
  return new Map(failedLast.map((outcome) => [outcome.name, outcome]));
}
