/** URL of the program that every worker runs. It has a module of its own so that tests can replace it. */
export const entryUrl: URL = new URL("./worker-entry.js", import.meta.url);
