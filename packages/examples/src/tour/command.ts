import { constants } from "node:os";
import { Argument, Command, CommanderError, InvalidArgumentError, type Option } from "commander";
import * as asyncio from "asyncio-ts";
import { createColors } from "picocolors";
import { runSection, type TourOptions } from "./run-section.js";
import { type ProgramOptions, type Section, sections } from "./sections.js";

const USAGE_ERROR = 2;

interface Options extends TourOptions {
  readonly list?: true;
}

/** The tour as a command. Gives the exit code. */
export async function tour(args: readonly string[]): Promise<number> {
  const command = new Command("pnpm start")
    .description("Runs the programs of the tutorial: all of them, or those named, in that order.")
    .addArgument(new Argument("[section...]", "what to run").choices(sections.map((section) => section.name)))
    .option("-l, --list", "list the sections")
    .option("-f, --fast", "run on the virtual clock: what sleeps need not be waited for")
    .option("-t, --timeline <folder>", "write a picture of the tasks of each section there, as SVG")
    .option("-b, --error-budget <number>", "fetch-all: that many failed URLs stop the rest", positiveInteger)
    .option("--folder <path>", "hash-tree: what to hash and compress; subprocess-listing: what to list")
    .option("--output <path>", "hash-tree, distributed: where to write; else into a temporary folder")
    .option("-p, --port <number>", "echo-server, echo-client, chat: another port than 8888", portNumber)
    .option("--url <url>", "http-headers: the page")
    .option("--steps <file>", "ci: the build file")
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
    const options = command.opts<Options>();
    const chosen = choose(command.args, options.fast);
    for (const { long, attributeName } of command.options.map(describeOption)) {
      const users = usersOf[attributeName as keyof typeof usersOf];
      if (users === undefined || command.getOptionValue(attributeName) === undefined) continue;
      if (chosen.some(({ name }) => users.includes(name))) continue;
      command.error(`error: ${long} is for ${users.join(", ")}: write \`pnpm start ${users[0]} ${long} …\``);
    }
    if (options.list === true) {
      for (const section of sections) console.log(`${section.name.padEnd(20)}${section.title}`);
      return 0;
    }
    return await visit(chosen, options);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    throw error;
  }
}

/**
 * The sections of these names, each once; without names, the tutorial, if it is to be fast without what
 * measures time.
 */
export function choose(names: readonly string[], fast = false): readonly Section[] {
  if (names.length === 0) return sections.filter(({ byName, realTime }) => !byName && !(fast && realTime));
  return [...new Set(names)].flatMap((name) => sections.filter((section) => section.name === name));
}

/**
 * Runs sections one after the other, and gives the exit code: that of a signal, if one ended it, or that of a
 * section.
 */
export async function visit(chosen: readonly Section[], options: TourOptions): Promise<number> {
  const colors = colorsFor(process.stdout);
  let blankLine = "";
  for (const section of chosen) {
    console.log(blankLine + colors.bold(colors.cyan(`=== ${section.name}: ${section.title} ===`)));
    blankLine = "\n";
    try {
      const code = await runSection(section, options);
      if (typeof code === "number" && code !== 0) return code;
    } catch (error) {
      if (!(error instanceof asyncio.KeyboardInterrupt)) throw error;
      const message = `${section.name} was cancelled by ${error.signal}, and has cleaned up.`;
      console.error(colorsFor(process.stderr).yellow(message));
      return 128 + constants.signals[error.signal as NodeJS.Signals];
    }
  }
  return 0;
}

/** Colours for a terminal that has them; `hasColors` respects NO_COLOR. */
function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof createColors> {
  return createColors(Boolean(stream.isTTY && stream.hasColors()));
}

/** The sections that an option is for. */
const usersOf: Record<keyof ProgramOptions, readonly string[]> = {
  errorBudget: ["fetch-all"],
  folder: ["hash-tree", "subprocess-listing"],
  output: ["hash-tree", "distributed"],
  port: ["echo-server", "echo-client", "chat"],
  url: ["http-headers"],
  steps: ["ci"],
};

function describeOption(option: Option): { readonly long: string; readonly attributeName: string } {
  return { long: option.long ?? "", attributeName: option.attributeName() };
}

function portNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new InvalidArgumentError("It must be 1 to 65535.");
  return number;
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("It must be 1, 2, 3 …");
  return number;
}
