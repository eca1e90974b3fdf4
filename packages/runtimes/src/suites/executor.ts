/** The checks of the executor: threads and processes of each runtime that has them. */
import { runBatch } from "../batch.js";
import { copyPrograms } from "../programs.js";
import type { Suite } from "../suite.js";

let written: Promise<string> | undefined;

export const executor: Suite = {
  name: "executor",
  title: "pools of threads and processes do what they promise",
  async run({ kind }, session, packed) {
    if (kind === "chromium") {
      return [
        { name: "executor", status: "skipped", detail: "a browser has no threads or processes of Node's" },
      ];
    }
    const names = ["batch", "executor-work", "executor"];
    return await runBatch(session, { file: await (written ??= copyPrograms(packed, packed.real, names)) });
  },
};
