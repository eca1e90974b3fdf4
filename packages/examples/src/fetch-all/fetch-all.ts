import * as asyncio from "asyncio-ts";

/** The ways in which a request can end. */
type Outcome = "ok" | "failed" | "timed out";

/** A URL to fetch, and how far that is. */
export interface Download {
  readonly url: string;
  state: "waiting" | "fetching" | Outcome | "cancelled";
  /** The requests that were made for it. */
  attempts: number;
}

export interface FetchOptions {
  /** The number of requests that may be open at the same time. */
  readonly atOnce: number;
  /** The time that one request may take, in milliseconds. */
  readonly timeout: number;
  /** The number of times that a URL is tried. */
  readonly attempts: number;
  /** The wait before the second attempt, in milliseconds; each wait is twice as long as the one before. */
  readonly backoff: number;
  /** When that many URLs have failed or timed out, the others are stopped. */
  readonly errorBudget: number;
  /** Is called whenever the state of a download has changed. */
  readonly onChange?: (download: Download) => void;
}

/** Stops the group: too many URLs have failed. */
export class ErrorBudgetSpent extends Error {
  constructor(budget: number) {
    super(`${budget} failed, which was the error budget`);
  }
}

export function downloadOf(url: string): Download {
  return { url, state: "waiting", attempts: 0 };
}

/**
 * Fetches everything, and keeps account in the downloads themselves, which have all ended when this ends,
 * however it ends.
 *
 * @throws ExceptionGroup with `ErrorBudgetSpent`
 */
export const fetchAll = asyncio.coroutine(async (downloads: readonly Download[], options: FetchOptions) => {
  const semaphore = new asyncio.Semaphore(options.atOnce);
  let errorsLeft = options.errorBudget;
  try {
    await new asyncio.TaskGroup().with(async (group) => {
      for (const download of downloads) {
        group.createTask(async () => {
          const outcome = await fetchWithRetries(download, semaphore, options);
          if (outcome !== "ok" && --errorsLeft === 0) throw new ErrorBudgetSpent(options.errorBudget);
        });
      }
    });
  } finally {
    for (const download of downloads) {
      if (download.state === "waiting" || download.state === "fetching") download.state = "cancelled";
    }
  }
});

const fetchWithRetries = asyncio.coroutine(
  async (download: Download, semaphore: asyncio.Semaphore, options: FetchOptions): Promise<Outcome> => {
    const enter = (state: Download["state"]): void => {
      download.state = state;
      options.onChange?.(download);
    };
    for (;;) {
      const outcome = await semaphore.with(async () => {
        download.attempts++;
        enter("fetching");
        return await fetchOnce(download.url, options.timeout);
      });
      if (outcome === "ok" || download.attempts === options.attempts) {
        enter(outcome);
        return outcome;
      }
      enter("waiting");
      await asyncio.sleep(options.backoff * 2 ** (download.attempts - 1));
    }
  },
);

const fetchOnce = asyncio.coroutine(async (url: string, milliseconds: number): Promise<Outcome> => {
  try {
    return await asyncio.timeout(milliseconds).with(async () => {
      const response = await fetch(url, { signal: asyncio.currentSignal() });
      await response.arrayBuffer(); // to its end, so that the connection is free for the next request
      return response.ok ? "ok" : "failed";
    });
  } catch (error) {
    if (error instanceof asyncio.TimeoutError) return "timed out";
    if (error instanceof TypeError) return "failed"; // so `fetch` says that there was no answer
    throw error;
  }
});
