/**
 * `asyncio-ts timeline FILE`: draws a recording that is in a file.
 *
 * The format is `--format`, else that of the ending of the output's name, else SVG. Without `-o`, the picture goes to stdout, as
 * with `-o -`. The recording is read to its end before anything is written, so a file that is none leaves no picture behind.
 */
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { InspectError } from "./errors.js";
import { toChromeTrace } from "./to-chrome-trace.js";
import { toHtml } from "./to-html.js";
import { toSvg } from "./to-svg.js";
import type { Trace } from "./trace.js";

type PictureFormat = "svg" | "html" | "chrome";
const pictures: Readonly<Record<PictureFormat, (trace: Trace) => string>> = {
  svg: toSvg,
  html: toHtml,
  chrome: toChromeTrace,
};
export const pictureFormats: readonly PictureFormat[] = ["svg", "html", "chrome"];
const endings: readonly (readonly [string, PictureFormat])[] = [
  [".svg", "svg"],
  [".html", "html"],
  [".htm", "html"],
  [".json", "chrome"],
];

export interface TimelineOptions {
  readonly output?: string;
  readonly format?: PictureFormat;
}

/**
 * Draws the recording in `file`, or stdin if that is `-`. Returns the picture if it belongs to stdout.
 *
 * @throws InspectError if the file can't be read or is no recording, or if the picture can't be written.
 */
export async function writeTimeline(
  file: string,
  { output = "-", format = formatOf(output) }: TimelineOptions,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<string | undefined> {
  const trace = parseTrace(await read(file, stdin), file === "-" ? "stdin" : file);
  const picture = pictures[format](trace);
  if (output === "-") return picture;
  try {
    await writeFile(output, picture);
  } catch (error) {
    throw new InspectError("noFile", `can't write ${output}: ${reasonOf(error)}`);
  }
  return undefined;
}

function formatOf(output: string): PictureFormat {
  if (output === "-") return "svg";
  const format = endings.find(([ending]) => output.toLowerCase().endsWith(ending))?.[1];
  if (format !== undefined) return format;
  throw new InspectError(
    "usage",
    `the ending of ${output} tells no format: call it .svg, .html or .json, or pass --format svg, html or chrome`,
  );
}

async function read(file: string, stdin: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return file === "-"
      ? await text(stdin as unknown as NodeJS.ReadableStream)
      : await readFile(file, "utf8");
  } catch (error) {
    throw new InspectError("noFile", `can't read ${file}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "there is no such file or folder";
    case "EACCES":
    case "EPERM":
      return "this user may not";
    case "EISDIR":
      return "it is a folder";
    default:
      return String(error);
  }
}

function parseTrace(json: string, source: string): Trace {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new InspectError("noTrace", `${source} is no JSON: ${(error as Error).message}`);
  }
  const trace = (typeof parsed === "object" && parsed !== null ? parsed : {}) as Partial<
    Record<keyof Trace, unknown>
  >;
  const lists = [trace.tasks, trace.groups, trace.objects, trace.events];
  if (typeof trace.format !== "number" || typeof trace.duration !== "number" || !lists.every(Array.isArray)) {
    const hint = "traceEvents" in trace ? ", but a trace for Perfetto, which can't be drawn again" : "";
    throw new InspectError("noTrace", `${source} is no recording of asyncio-ts${hint}`);
  }
  if (trace.format !== 1) {
    throw new InspectError(
      "newFormat",
      `${source} has format ${trace.format}, and this version reads format 1: update @asyncio-ts/inspect`,
    );
  }
  return parsed as Trace;
}
