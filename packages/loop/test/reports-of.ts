import type { ExceptionContext } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";

/** Collects what a loop reports. */
export function reportsOf(loop: EventLoop): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reports.push(context));
  return reports;
}
