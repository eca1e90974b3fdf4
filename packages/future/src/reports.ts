import type { ExceptionContext } from "./contract.js";

/** The default exception handler: one line to `console.error`, with the error and its stack behind it. */
export function reportException(context: ExceptionContext): void {
  try {
    if ("exception" in context) console.error(context.message, context.exception);
    else console.error(context.message);
  } catch {
    reportWithoutException(context);
  }
}

/** An error may be an object that throws when it is printed; and where a program has broken the console, all is lost. */
function reportWithoutException({ message }: ExceptionContext): void {
  try {
    console.error(message, "(which can't be printed)");
  } catch {
    // Nothing is left to report it to, and whoever reports must go on.
  }
}
