import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startRecording } from "@asyncio-ts/inspect";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import * as asyncio from "asyncio-ts";
import type { ProgramOptions, Section } from "./sections.js";

export interface TourOptions extends ProgramOptions {
  /** On the virtual clock: no section has to be waited for. */
  readonly fast?: boolean;
  /** The folder into which a picture of what the tasks of a section did is written. */
  readonly timeline?: string;
}

/**
 * Runs one section, as `asyncio.run(main())` does. Ctrl-C cancels it, and comes out as `KeyboardInterrupt`.
 * Returns what it returns: a number is an exit code.
 */
export async function runSection(section: Section, options: TourOptions = {}): Promise<unknown> {
  const virtual = options.fast === true && section.realTime !== true;
  const loop = virtual ? virtualLoop() : undefined;
  const run = (): Promise<unknown> =>
    asyncio.run(section.main(options), loop === undefined ? {} : { loopFactory: () => loop });
  const { timeline } = options;
  if (timeline === undefined) return await run();
  const recording = startRecording(loop === undefined ? {} : { clock: () => loop.time() });
  try {
    return await run();
  } finally {
    recording.stop();
    await mkdir(timeline, { recursive: true });
    const title = `${section.name}: ${section.title}`;
    await writeFile(join(timeline, `${section.name}.svg`), recording.toSvg({ title }));
  }
}
