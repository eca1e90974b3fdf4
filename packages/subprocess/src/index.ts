export { createSubprocessExec, createSubprocessShell, type PipeOf, type ProcessOf } from "./create.js";
export { CalledProcessError, ProcessLookupError } from "./errors.js";
export {
  type Descriptor,
  DEVNULL,
  PIPE,
  type Redirection,
  STDOUT,
  type SubprocessOptions,
} from "./options.js";
export { type BytesOf, type Input, Process } from "./process.js";
export { type CapturedOf, type CompletedProcess, runProcess, type RunProcessOptions } from "./run-process.js";
