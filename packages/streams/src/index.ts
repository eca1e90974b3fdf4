export { type ConnectionOptions, openConnection, openUnixConnection, type Streams } from "./connect.js";
export type { WebStream } from "./iterable-source.js";
export type { NodeReadable } from "./node-source.js";
export { ConnectionError, IncompleteReadError, LimitOverrunError } from "./errors.js";
export { type ReadableSource, StreamReader, type StreamReaderOptions } from "./reader.js";
export { type Connected, Server, type ServerSocket } from "./server.js";
export { type ServerOptions, startServer, startUnixServer } from "./start-server.js";
export type { TlsOptions } from "./tls-options.js";
export { type ExtraInfo, type StartTlsOptions, StreamWriter } from "./writer.js";
