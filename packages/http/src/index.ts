export { handler } from "./node-http.js";
export type { NodeRequestLike, NodeResponseLike } from "./node-exchange.js";
export { type CloseOptions, type HandlerOptions, RequestScope } from "./request-scope.js";
