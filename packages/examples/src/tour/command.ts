import { constants } from "node:os";
import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { KeyboardInterrupt } from "@asyncio-ts/task";
import { createColors } from "picocolors";
import { runSection, type TourOptions } from "./run-section.js";
import { type Section, sections } from "./sections.js";

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
    .option("-b, --error-budget <number>", "fetch-all: that many failed URLs stop the rest", positiveInteger)
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
    const options = command.opts<Options>();
    const chosen = choose(command.args);
    if (options.errorBudget !== undefined && !chosen.some((section) => section.name === "fetch-all")) {
      command.error("error: --error-budget is for fetch-all: write `pnpm start fetch-all --error-budget 3`");
    }
    if (options.list === true) {
      for (const section of sections) console.log(`${section.name.padEnd(18)}${section.title}`);
      return 0;
    }
    return await visit(chosen, options);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    throw error;
  }
}

/** The sections of these names, each once; without names, all but those that use the network. */
export function choose(names: readonly string[]): readonly Section[] {
  if (names.length === 0) return sections.filter((section) => section.usesNetwork !== true);
  return [...new Set(names)].flatMap((name) => sections.filter((section) => section.name === name));
}

/** Runs sections one after the other, and gives the exit code: that of a signal, if one ended it. */
export async function visit(chosen: readonly Section[], options: TourOptions): Promise<number> {
  const colors = colorsFor(process.stdout);
  let blankLine = "";
  for (const section of chosen) {
    console.log(blankLine + colors.bold(colors.cyan(`=== ${section.name}: ${section.title} ===`)));
    blankLine = "\n";
    try {
      await runSection(section, options);
    } catch (error) {
      if (!(error instanceof KeyboardInterrupt)) throw error;
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

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("It must be 1, 2, 3 …");
  return number;
}
