export { ConnectionError, IncompleteReadError, LimitOverrunError } from "./errors.js";
export { StreamReader, type StreamReaderOptions } from "./reader.js";
export { type ExtraInfo, type StartTlsOptions, StreamWriter } from "./writer.js";
