/**
 * ErrorReports: passes errors that no code can catch to the exception handler of a loop.
 *
 * No error may be lost or stop the loop, so an error of the handler goes to the default handler, together
 * with the report that the handler failed to handle. The default handler may be that of a subclass; its
 * errors are printed likewise.
 */
import type { ExceptionContext } from "@asyncio-ts/future";
import { type contract, debug, reportFailure } from "@asyncio-ts/future/internal";
import { describe, follow, reportException, reportIn, type Scheduler } from "@asyncio-ts/future/lowlevel";

interface ReportingLoop {
  defaultExceptionHandler(context: ExceptionContext): void;
}

export class ErrorReports<Loop extends ReportingLoop> {
  /** Undefined for the default handler. */
  handler: ((loop: Loop, context: ExceptionContext) => void) | undefined = undefined;
  private readonly loop: Loop;

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** Calls the exception handler, which sees the context variables of the task that is reported, as in Python. */
  report(context: ExceptionContext): void {
    if (this.handler === undefined) {
      this.handleByDefault(context);
      return;
    }
    const threw = (exception: unknown): void => {
      this.handleByDefault({ message: "the exception handler of the loop threw an error", exception });
      this.handleByDefault(context);
    };
    try {
      let returned: unknown;
      reportIn((context.future ?? undefined) as contract.Home | undefined, () => {
        returned = this.handler?.(this.loop, context);
      });
      // It may be an async function, and nobody else awaits it.
      if (typeof returned === "object" && returned !== null) follow(returned, () => {}, threw);
    } catch (exception) {
      threw(exception);
    }
  }

  private handleByDefault(context: ExceptionContext): void {
    try {
      this.loop.defaultExceptionHandler(context);
    } catch (exception) {
      reportException({ message: "the default exception handler of the loop threw an error", exception });
      reportException(context);
    }
  }
}

/** Reports errors that nobody retrieved and, in debug mode, coroutines that nobody awaited. */
export function reportWhatIsLeft(scheduler: Scheduler): void {
  for (const unawaited of scheduler.unawaited) debug.reportUnawaited(unawaited, scheduler);
  for (const failure of scheduler.failures) reportFailure(failure, scheduler);
}

/** Throws a TypeError that names the method, unless `context` is an object. */
export function assertContext(context: unknown, where: string): void {
  if (typeof context === "object" && context !== null) return;
  throw new TypeError(`${where}() needs an object with a message, got ${describe(context)}`);
}
