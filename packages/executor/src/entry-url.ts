/** The program that every worker runs. In a module of its own, so that tests can put one of theirs in its place. */
export const entryUrl: URL = new URL("./worker-entry.js", import.meta.url);
