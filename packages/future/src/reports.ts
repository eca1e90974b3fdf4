import type { ExceptionContext } from "./contract.js";

/** The default exception handler: writes one line to `console.error`, followed by the error and its stack. */
export function reportException(context: ExceptionContext): void {
  const { message } = context;
  try {
    console.error(message, ...("exception" in context ? [context.exception] : []));
  } catch {
    try {
      console.error(message, "(which can't be printed)");
    } catch {
      // Reporting must not throw, and there is nowhere left to report to.
    }
  }
}
