/** Starts programs in workers whose code is a text of our own build. */
import text from "virtual:program-worker";
import type { TimeKind } from "./messages.js";
import { type Listener, ProgramRunner } from "./program-runner.js";

let url: string | undefined;

export function startProgram(code: string, time: TimeKind, listener: Listener): ProgramRunner {
  url ??= URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new ProgramRunner(new Worker(url, { type: "module" }), code, time, listener);
}
