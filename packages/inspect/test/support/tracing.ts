/** OpenTelemetry's own SDK, with its exporter in memory. */
import { context, type Span, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** A span, as plain data. */
export interface FinishedSpan {
  readonly name: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `name text`. */
  readonly events: readonly string[];
  readonly status: string;
}

let exporter = new InMemorySpanExporter();
let started: Span[] = [];

/** Remembers in which order spans begin: the clock may be too coarse for it. */
const orderOfStarts: SpanProcessor = {
  onStart: (span) => void started.push(span as unknown as Span),
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** The tracer of the spans that a test makes itself. */
let own: Tracer = trace.getTracer("none");

/** Registers a context manager, and makes a new provider. */
export function setUpTracing(sampler?: Sampler): { tracer: Tracer; provider: BasicTracerProvider } {
  exporter = new InMemorySpanExporter();
  started = [];
  const spanProcessors = [orderOfStarts, new SimpleSpanProcessor(exporter)];
  const provider = new BasicTracerProvider({ spanProcessors, ...(sampler !== undefined && { sampler }) });
  context.disable();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  own = provider.getTracer("the program");
  return { tracer: provider.getTracer("tasks"), provider };
}

/** Makes a span of the program's own, a child of the active one. */
export function span(name: string): void {
  own.startSpan(name).end();
}

/** Calls `body` in a span of the program's own. */
export async function inSpan<T>(name: string, body: () => Promise<T>): Promise<T> {
  return await own.startActiveSpan(name, async (active) => {
    try {
      return await body();
    } finally {
      active.end();
    }
  });
}

function eventText({ name, attributes = {} }: ReadableSpan["events"][number]): string {
  const text =
    attributes["asyncio.wait.text"] ?? attributes["asyncio.cancel.message"] ?? attributes["exception.type"];
  return text === undefined ? name : `${name} ${String(text)}`;
}

/** Returns the spans that have ended, in the order in which they began. */
export function finished(): FinishedSpan[] {
  const order = new Map(started.map((one, index) => [one.spanContext().spanId, index]));
  const indexOf = (one: ReadableSpan): number => order.get(one.spanContext().spanId) ?? -1;
  return [...exporter.getFinishedSpans()]
    .sort((one, other) => indexOf(one) - indexOf(other))
    .map((one) => ({
      name: one.name,
      id: one.spanContext().spanId,
      parent: one.parentSpanContext?.spanId,
      traceId: one.spanContext().traceId,
      attributes: one.attributes,
      events: one.events.map(eventText),
      status: SpanStatusCode[one.status.code],
    }));
}

/** Draws the spans as a tree, each below its parent; a parent that has not ended is left out. */
export function treeOf(spans: readonly FinishedSpan[] = finished()): string[] {
  const ids = new Set(spans.map(({ id }) => id));
  const lines: string[] = [];
  const draw = (parent: string | undefined, depth: number): void => {
    for (const one of spans) {
      const above = one.parent !== undefined && ids.has(one.parent) ? one.parent : undefined;
      if (above !== parent) continue;
      lines.push(`${"  ".repeat(depth)}${one.name}`);
      draw(one.id, depth + 1);
    }
  };
  draw(undefined, 0);
  return lines;
}

/** Returns the span of that name. */
export function spanOf(name: string): FinishedSpan {
  const found = finished().filter((one) => one.name === name);
  if (found.length !== 1) throw new Error(`${found.length} spans '${name}' in ${treeOf().join("\n")}`);
  return found[0] as FinishedSpan;
}
