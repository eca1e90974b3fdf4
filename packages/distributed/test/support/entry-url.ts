export const entryUrl: URL = new URL("../dist/worker-entry.js", import.meta.url);
