/** An exchange of web-standard objects: a client that leaves aborts a signal, and the answer is a `Response`. */
import { Exchange } from "./exchange.js";
import type { RequestScope } from "./request-scope.js";

export class WebExchange<R> extends Exchange<R> {
  private readonly name: () => string;
  private readonly signal: AbortSignal;

  constructor(scope: RequestScope, name: () => string, signal: AbortSignal) {
    super(scope);
    this.name = name;
    this.signal = signal;
  }

  protected override describe(): string {
    return this.name();
  }

  protected override hasLeft(): boolean {
    return this.signal.aborted;
  }

  protected override listen(): void {
    const { signal } = this;
    this.listenTo(signal, (listener) => signal.addEventListener("abort", listener, { once: true }));
  }

  protected override left(): R {
    return clientLeft() as R;
  }

  protected override unavailable(): R {
    return unavailable() as R;
  }
}

/** Makes the answer that nobody receives: frameworks need one. The status is that of nginx. */
export function clientLeft(): Response {
  return new Response(null, { status: 499 });
}

/** Makes the answer of a server that is shutting down. */
export function unavailable(): Response {
  return new Response("Service Unavailable\n", { status: 503 });
}
