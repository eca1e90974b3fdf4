/** Makes every runtime's console print as Node's does. In a browser, `node:util` is another package. */
import { format } from "node:util";

for (const method of ["log", "error"] as const) {
  const write = console[method].bind(console);
  console[method] = (...values: unknown[]) => write(format(...values));
}
