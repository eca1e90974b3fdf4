/**
 * traceTasks: a span of OpenTelemetry for each task, and for each job of a pool.
 *
 * A span is **open** from the making of its task until that is done, or tracing stops. Its parent is the span that
 * is active in the code that makes the task.
 *
 * **It is active in the task.** OpenTelemetry keeps the active span in an AsyncLocalStorage, and a task begins in
 * the context that it was made in (`surroundings`). So the observer enters that context, makes the span active
 * there, captures the context again, and puts it in place of the old one. Everything else follows: what the task
 * awaits, callbacks, timers and tasks that it makes inherit the context. Tasks that are not traced, and programs
 * in which nobody traces, pay nothing.
 * Rejected: to make the span active at each turn. It would cost each step, and miss code that native promises
 * resume.
 *
 * Where the context manager does not follow async code (in browsers, or if none was registered), no span is
 * active inside a task, but tasks still nest: the parent is the span of the task that makes the other.
 *
 * **Jobs.** The span of a job goes to the worker with its arguments. There, tracing that has been started by the
 * worker's module makes a span for the call, and makes it active in it.
 *
 * **Nothing here may break the program.** An error of a tracer or a filter goes to the `diag` logger of
 * OpenTelemetry, and the program goes on without that span, event or attribute.
 */
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  diag,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import {
  type AsyncContext,
  currentTask,
  describeTarget,
  describeTask,
  endingOf,
  type JobLike,
  nativeWait,
  numberOf,
  observe,
  type Runnable,
  Silent,
  type Target,
  type TaskDescription,
  type TaskLike,
  type WaitDescription,
  waitsNatively,
} from "./library.js";

/** Options for `traceTasks()`. */
export interface TraceOptions {
  /** Makes the spans. Default: the tracer `@asyncio-ts/inspect` of the provider that is registered. */
  readonly tracer?: Tracer;
  /** Returns false for a task that gets no span. Spans inside it are children of the span around it. */
  readonly filter?: (task: TaskDescription) => boolean;
}

const SENT = "asyncio-ts.opentelemetry";

/** The part of a span that goes to a worker. The rest of the context is as the program's propagator has it. */
interface Sent {
  readonly span: SpanContext;
  readonly carrier: Record<string, string>;
}

/** True while tasks are traced. */
let isOn = false;

/**
 * Makes an OpenTelemetry span for each task that is made from now on, and for each job of a pool. Returns a
 * function that stops this, and ends the spans that are open.
 *
 * Call it once the SDK is set up. Inside a task its span is active, so spans that its code makes are children of
 * it, as are those of the tasks that it makes. A wait and a request to cancel are events of the span. An error
 * that the task fails with is recorded; a cancelled task is no error.
 *
 * In the module of a worker (`@asyncio-ts/executor`), it makes a span for each job, which is a child of the one in
 * the program that submitted it.
 *
 * @throws Error if tasks are traced already, or the version of the library that is loaded can't be observed.
 *
 * @example
 * ```ts
 * import { traceTasks } from "@asyncio-ts/inspect/opentelemetry";
 * import { run, sleep } from "@asyncio-ts/task";
 * import { context } from "@opentelemetry/api";
 * import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
 * import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
 *
 * const exporter = new InMemorySpanExporter();
 * const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
 * context.setGlobalContextManager(new AsyncLocalStorageContextManager());
 *
 * const stop = traceTasks({ tracer: provider.getTracer("app") });
 * await run(async function fetchAll() {
 *   await sleep(10);
 * });
 * stop();
 * for (const { name, attributes, events } of exporter.getFinishedSpans()) {
 *   console.log(name, attributes["asyncio.task.outcome"], events[0]?.attributes?.["asyncio.wait.text"]);
 * }
 * // prints: fetchAll returned sleep(10)
 * ```
 */
export function traceTasks(options: TraceOptions = {}): () => void {
  if (isOn) throw new Error("traceTasks() was called while tasks are traced; stop that first");
  const tracing = new Tracing(options.tracer ?? trace.getTracer("@asyncio-ts/inspect"), options.filter);
  const stopObserving = observe(tracing, "traceTasks()");
  const stopReceiving = receiveJobs(tracing);
  isOn = true;
  let goesOn = true;
  return () => {
    if (!goesOn) return;
    goesOn = isOn = false;
    stopObserving();
    stopReceiving();
    tracing.endAll();
  };
}

class Tracing extends Silent {
  private readonly tracer: Tracer;
  private readonly filter: ((task: TaskDescription) => boolean) | undefined;
  /** The open spans, by their task or job. */
  private readonly spans = new Map<object, Span>();
  /** The task whose turn it is, if it has a span. */
  private turn: TaskLike | undefined = undefined;

  constructor(tracer: Tracer, filter: ((task: TaskDescription) => boolean) | undefined) {
    super();
    this.tracer = tracer;
    this.filter = filter;
  }

  override taskMade(task: TaskLike): void {
    guard(() => {
      const made = describeTask(task);
      if (this.filter?.(made) === false) return;
      const parent = this.parent();
      const attributes: Attributes = { "asyncio.task.id": made.id, "asyncio.loop.id": made.loop };
      if (made.group !== null) attributes["asyncio.task.group"] = made.group;
      const span = this.tracer.startSpan(nameOf(task), { attributes }, parent);
      this.spans.set(task, span);
      const capture = (): AsyncContext | undefined =>
        context.with(trace.setSpan(context.active(), span), captureContext);
      task.surroundings =
        task.surroundings === undefined ? capture() : task.surroundings.runInAsyncScope(capture);
    });
  }

  override turnBegins(runnable: Runnable): void {
    const task = runnable.awaiter ?? runnable;
    this.turn = this.spans.has(task) ? (task as TaskLike) : undefined;
  }

  override turnEnded(): void {
    const { turn } = this;
    this.turn = undefined;
    if (turn !== undefined) guard(() => waitsNatively(turn) && this.addWait(turn, () => nativeWait));
  }

  override waitBegins(target: Target, awaiter: TaskLike | undefined): void {
    if (awaiter !== undefined) guard(() => this.addWait(awaiter, () => describeTarget(target)));
  }

  override cancelRequested(task: TaskLike, message: string | undefined, owner: object | undefined): void {
    guard(() => {
      const by = currentTask();
      const attributes: Attributes = {};
      if (message !== undefined) attributes["asyncio.cancel.message"] = message;
      if (owner !== undefined) attributes["asyncio.cancel.owner"] = owner.constructor.name;
      if (by !== undefined && by !== task) attributes["asyncio.cancel.by"] = numberOf(by);
      this.spans.get(task)?.addEvent("cancel", attributes);
    });
  }

  override taskEnded(task: TaskLike): void {
    const span = this.take(task);
    if (span === undefined) return;
    guard(() => {
      // Both may have been unknown when it was made.
      span.updateName(nameOf(task));
      span.setAttribute("asyncio.task.name", task.name);
      if (task.origin.functionName !== "") span.setAttribute("code.function.name", task.origin.functionName);
    });
    end(span, task, "asyncio.task.outcome");
  }

  override jobMade(job: JobLike): void {
    guard(() => {
      const parent = this.parent();
      const span = this.tracer.startSpan(
        job.functionName,
        { attributes: { "code.function.name": job.functionName } },
        parent,
      );
      this.spans.set(job, span);
      const carrier: Record<string, string> = {};
      propagation.inject(trace.setSpan(parent, span), carrier);
      const { traceId, spanId, traceFlags } = span.spanContext();
      const sent: Sent = { span: { traceId, spanId, traceFlags }, carrier };
      job.sent = [...(job.sent ?? []), [SENT, sent]];
    });
  }

  override jobEnded(job: JobLike): void {
    const span = this.take(job);
    if (span !== undefined) end(span, job, "asyncio.job.outcome");
  }

  /** Calls, in a worker, the function of a job in a span. */
  received(sent: Sent | undefined, functionName: string, call: () => unknown): unknown {
    let span: Span | undefined;
    let within: Context | undefined;
    guard(() => {
      const parent = contextOf(sent);
      const attributes = { "code.function.name": functionName };
      span = this.tracer.startSpan(functionName, { attributes }, parent);
      within = trace.setSpan(parent, span);
    });
    if (span === undefined || within === undefined) return call();
    const job = {};
    this.spans.set(job, span);
    const ended = (outcome: "returned" | "failed", error?: unknown): void => {
      const open = this.take(job);
      if (open !== undefined) close(open, outcome, error, "asyncio.job.outcome");
    };
    // Called once, whatever the context manager does.
    let returned: unknown;
    let thrown: { readonly error: unknown } | undefined;
    let isCalled = false;
    const callOnce = (): void => {
      isCalled = true;
      try {
        returned = call();
      } catch (error) {
        thrown = { error };
      }
    };
    guard(() => context.with(within as Context, callOnce));
    if (!isCalled) callOnce();
    if (thrown !== undefined) {
      ended("failed", thrown.error);
      throw thrown.error;
    }
    if (returned instanceof Promise) {
      Promise.prototype.then.call(
        returned,
        () => ended("returned"),
        (error: unknown) => ended("failed", error),
      );
    } else ended("returned");
    return returned;
  }

  /** Ends what is open: nobody will tell when those tasks end. */
  endAll(): void {
    for (const span of this.spans.values()) guard(() => span.end());
    this.spans.clear();
  }

  /** Returns the context in which the calling code makes a task or a job. */
  private parent(): Context {
    const active = context.active();
    const maker = trace.getSpan(active) === undefined ? currentTask() : undefined;
    const span = maker && this.spans.get(maker);
    // Code may have left the span on purpose.
    return span === undefined || isFollowing() ? active : trace.setSpan(active, span);
  }

  private addWait(task: TaskLike, describe: () => WaitDescription): void {
    const span = this.spans.get(task);
    if (span === undefined || !span.isRecording()) return;
    const { kind, text, on } = describe();
    const attributes: Attributes = { "asyncio.wait.kind": kind, "asyncio.wait.text": text };
    if (on !== null) attributes["asyncio.wait.task"] = on;
    span.addEvent("wait", attributes);
  }

  private take(key: object): Span | undefined {
    const span = this.spans.get(key);
    this.spans.delete(key);
    return span;
  }
}

/** Returns the name of a task that the program gave it, else that of its function: names of spans should be few. */
function nameOf(task: TaskLike): string {
  const { functionName } = task.origin;
  return /^Task-\d+$/.test(task.name) ? functionName || "task" : task.name;
}

function end(span: Span, ended: Target, attribute: string): void {
  guard(() => {
    const { outcome, error } = endingOf(ended);
    close(span, outcome, error, attribute);
  });
}

function close(span: Span, outcome: string, error: unknown, attribute: string): void {
  guard(() => {
    span.setAttribute(attribute, outcome);
    if (outcome !== "failed") return;
    const exception = error instanceof Error ? error : String(error);
    span.recordException(exception);
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: exception instanceof Error ? exception.message : exception,
    });
  });
  guard(() => span.end());
}

/** Has the jobs of a worker traced, if this is one. */
function receiveJobs(tracing: Tracing): () => void {
  interface Received {
    surround?(
      name: string,
      around: (sent: unknown, functionName: string, call: () => unknown) => unknown,
    ): () => void;
  }
  const { [received]: jobs } = globalThis as { [received]?: Received };
  const stop = jobs?.surround?.(SENT, (sent, functionName, call) =>
    tracing.received(sent as Sent | undefined, functionName, call),
  );
  return () => stop?.();
}

const received: unique symbol = Symbol.for("asyncio-ts.received");

function contextOf(sent: Sent | undefined): Context {
  if (sent === undefined) return ROOT_CONTEXT;
  const extracted = propagation.extract(ROOT_CONTEXT, sent.carrier);
  if (trace.getSpanContext(extracted) !== undefined) return extracted;
  return trace.setSpanContext(extracted, { ...sent.span, isRemote: true });
}

/** Calls `body`; an error of it must not reach the program. */
function guard(body: () => unknown): void {
  try {
    body();
  } catch (error) {
    try {
      diag.error("asyncio-ts: a task could not be traced", error);
    } catch {
      // The logger is the program's, too.
    }
  }
}

interface AsyncHooks {
  readonly AsyncResource: new (type: string, options: { requireManualDestroy: boolean }) => AsyncContext;
}

// No import: a bundle for browsers must not carry a reference to a module that is not there.
const { process } = globalThis as {
  process?: { getBuiltinModule?(name: "node:async_hooks"): AsyncHooks | undefined };
};
const hooks = process?.getBuiltinModule?.("node:async_hooks");

/** Captures the context of the calling code, as the library does. */
function captureContext(): AsyncContext | undefined {
  return hooks && new hooks.AsyncResource("asyncio-ts", { requireManualDestroy: true });
}

const probe: symbol = createContextKey("asyncio-ts probe");

/** Tells whether the context manager follows async code. */
function isFollowing(): boolean {
  const probed = ROOT_CONTEXT.setValue(probe, true);
  const captured = context.with(probed, captureContext);
  return captured?.runInAsyncScope(() => context.active()) === probed;
}
