import { virtualLoop } from "@asyncio-ts/loop/testing";
import * as asyncio from "asyncio-ts";
import type { ProgramOptions, Section } from "./sections.js";

export interface TourOptions extends ProgramOptions {
  /** On the virtual clock: no section has to be waited for. */
  readonly fast?: boolean;
}

/**
 * Runs one section, as `asyncio.run(main())` does. Ctrl-C cancels it, and comes out as `KeyboardInterrupt`.
 * Returns what it returns: a number is an exit code.
 */
export async function runSection(section: Section, options: TourOptions = {}): Promise<unknown> {
  const virtual = options.fast === true && section.realTime !== true;
  return await asyncio.run(section.main(options), virtual ? { loopFactory: virtualLoop } : {});
}
