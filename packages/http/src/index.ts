export { handler } from "./node-http.js";
export type { NodeRequest, NodeResponse } from "./node-exchange.js";
export { type CloseOptions, type HandlerOptions, RequestScope } from "./request-scope.js";
