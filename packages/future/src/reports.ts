import type { ExceptionContext } from "./contract.js";

/** The default exception handler: writes one line to `console.error`, followed by the error and its stack. */
export function reportException(context: ExceptionContext): void {
  try {
    if ("exception" in context) console.error(context.message, context.exception);
    else console.error(context.message);
  } catch {
    reportWithoutException(context);
  }
}

/** Reports the message alone, for an error that throws when it is printed. */
function reportWithoutException({ message }: ExceptionContext): void {
  try {
    console.error(message, "(which can't be printed)");
  } catch {
    // Reporting must not throw, and there is nowhere left to report to.
  }
}
