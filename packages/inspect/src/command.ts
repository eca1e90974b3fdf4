/** The command `asyncio-ts`. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import colors from "picocolors";
import type { Target } from "./attach.js";
import { printable } from "./describe-wait.js";
import { exitCodes, InspectError } from "./errors.js";
import { look, type Look } from "./look.js";
import { recordProcess } from "./record-process.js";
import type { Snapshot } from "./snapshot.js";
import { showOnce, type Terminal, top } from "./top.js";
import type { Picture } from "./top-watch.js";
import { allWarnings, cellsOf, type Sort, sorted, sorts } from "./top-screen.js";
import { aligned, tableOf } from "./table.js";
import { treeOf } from "./tree.js";
import { pictureFormats, type TimelineOptions, writeTimeline } from "./write-timeline.js";

/** Where the command writes. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Where a file named `-` is written, piece by piece. */
  readonly stdout: NodeJS.WritableStream;
  readonly colored: boolean;
  /** The terminal, if both sides are one. */
  readonly terminal?: Terminal | undefined;
}

interface Options {
  readonly port?: number;
  readonly json?: true;
}

/** Runs the command; returns its exit code. */
export async function command(args: readonly string[], output: Output): Promise<number> {
  const { bold } = colors.createColors(output.colored);
  let code = 0;
  const program = new Command("asyncio-ts")
    .description("Shows the tasks of a running program.")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      output.out(version());
      throw new CommanderError(0, "version", "");
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.error(text.trimEnd()),
    });
  const show = (name: string, description: string, textOf: (snapshot: Snapshot) => string): void => {
    program
      .command(name)
      .description(description)
      .addArgument(new Argument("[pid]", "the process").argParser(upTo(Infinity)))
      .addOption(
        new Option("--port <port>", "the port of its inspector, if that is open").argParser(upTo(LAST_PORT)),
      )
      .option("--json", "print the snapshot as JSON")
      .action(async (pid: number | undefined, { port, json }: Options) => {
        const seen = await look(targetOf(pid, port, output));
        output.out(json === true ? JSON.stringify(seen.snapshot) : textOf(seen.snapshot));
        if (seen.blocked !== undefined) {
          output.error(blockedText(seen));
          code = exitCodes.blocked;
        }
      });
  };
  show("ps", "print a table of the tasks", (snapshot) => tableOf(snapshot, bold));
  show("pstree", "print the tasks as a tree, each below the one that awaits it", treeOf);
  program
    .command("timeline")
    .description("draw a recording: as a picture, as a page, or for Perfetto")
    .argument("<file>", "the recording; - is stdin")
    .option("-o, --output <file>", "where to write: .svg, .html or .json; stdout without it, or if it is -")
    .addOption(new Option("--format <format>", "instead of the ending of the output").choices(pictureFormats))
    .action(async (file: string, options: TimelineOptions) => {
      const picture = await writeTimeline(file, options);
      if (picture !== undefined) output.out(picture.trimEnd());
    });
  program
    .command("top")
    .description("show the tasks live: who is busy, who waits, and what looks wrong")
    .addArgument(new Argument("[pid]", "the process").argParser(upTo(Infinity)))
    .addOption(
      new Option("--port <port>", "the port of its inspector, if that is open").argParser(upTo(LAST_PORT)),
    )
    .addOption(
      new Option(
        "--interval <ms>",
        "the time between two looks, in milliseconds (default: 1000; with --once 250)",
      ).argParser(upTo(DAY)),
    )
    .addOption(new Option("--sort <column>", "the order of the rows").choices(sorts).default("busy"))
    .option("--once", "look for one interval, print a table, and end")
    .option("--json", "with --once: print the rows, warnings and the snapshot as JSON")
    .action(async (pid: number | undefined, options: TopOptions) => {
      const { port, interval, once, json, sort } = options;
      const target = targetOf(pid, port, output);
      if (once !== true) {
        if (json === true) throw new InspectError("usage", "--json needs --once");
        await top(target, { interval: interval ?? 1000, sort, terminal: output.terminal });
        return;
      }
      const { picture, isBlocked } = await showOnce(target, interval ?? 250);
      output.out(json === true ? JSON.stringify(picture) : textOfPicture(picture, sort, bold));
      if (!isBlocked) return;
      output.error(blockedText({ snapshot: picture.snapshot, blocked: picture.watched }));
      code = exitCodes.blocked;
    });
  addRecord(program, output);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (!(error instanceof InspectError)) throw error;
    output.error(`asyncio-ts: ${error.message}`);
    return error.exitCode;
  }
  return code;
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

interface TopOptions extends Options {
  readonly interval?: number;
  readonly once?: true;
  readonly sort: Sort;
}

function targetOf(pid: number | undefined, port: number | undefined, output: Output): Target {
  return {
    ...(pid !== undefined && { pid }),
    ...(port !== undefined && { port }),
    late: (message) => output.error(`asyncio-ts: ${message}`),
  };
}

/** Returns the table of `top --once`, below its warnings. */
function textOfPicture(picture: Picture, sort: Sort, bold: (text: string) => string): string {
  const [titles = "", ...lines] = aligned(cellsOf(sorted(picture.rows, sort)));
  return [...allWarnings(picture), bold(titles), ...lines].join("\n");
}

/** How long a timer is asked to wait at most: a day, in milliseconds. */
const DAY = 86_400_000;
const LAST_PORT = 65_535;

/** Returns what reads a whole number from 1 to `limit`. */
function upTo(limit: number): (text: string) => number {
  const range = limit === Infinity ? "above 0" : `from 1 to ${limit}`;
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value > 0 && value <= limit) return value;
    throw new InvalidArgumentError(`It has to be a number ${range}.`);
  };
}

interface RecordOptions {
  readonly port?: number;
  readonly seconds: number;
  readonly output: string;
}

/** Adds `record`, which Ctrl-C ends early. */
function addRecord(program: Command, output: Output): void {
  program
    .command("record")
    .description("record what the tasks do for a while, and write it to a file")
    .addArgument(new Argument("[pid]", "the process").argParser(upTo(Infinity)))
    .addOption(
      new Option("--port <port>", "the port of its inspector, if that is open").argParser(upTo(LAST_PORT)),
    )
    .addOption(new Option("--seconds <seconds>", "for how long").argParser(seconds).default(5))
    .option("-o, --output <file>", "the file; - for the standard output", "trace.json")
    .action(async (pid: number | undefined, { port, seconds: duration, output: file }: RecordOptions) => {
      const interrupt = new AbortController();
      const end = (): void => interrupt.abort();
      process.on("SIGINT", end).on("SIGTERM", end);
      const { write, close } = outputTo(file, output.stdout);
      try {
        const { counts } = await recordProcess(
          targetOf(pid, port, output),
          {
            duration: duration * 1000,
            signal: interrupt.signal,
            begun: (recorded) => output.error(`recording process ${recorded}; Ctrl-C ends it early`),
          },
          write,
        );
        const where = file === "-" ? "the standard output" : file;
        output.error(`wrote ${where}: ${counts.events} events of ${counts.tasks} tasks`);
      } finally {
        close();
        process.off("SIGINT", end).off("SIGTERM", end);
      }
    });
}

/** Returns what writes to a file, which is made when there is something to write. */
function outputTo(
  file: string,
  stdout: NodeJS.WritableStream,
): { write(text: string): Promise<void>; close(): void } {
  const refused = (error: unknown): InspectError => {
    const where = file === "-" ? "the standard output" : file;
    return new InspectError("noFile", `can't write ${where}: ${(error as Error).message}`);
  };
  if (file === "-") {
    // It emits what its callback is told, too, and later.
    stdout.on("error", () => {});
    return {
      write: async (text) =>
        await new Promise<void>((resolve, reject) => {
          stdout.write(text, (error) => (error ? reject(refused(error)) : resolve()));
        }),
      close: () => {},
    };
  }
  try {
    // Before anything is recorded in vain.
    if (existsSync(file) && statSync(file).isDirectory()) throw new Error("it is a folder");
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw new InspectError("usage", `can't write ${file}: ${(error as Error).message}`);
  }
  let descriptor: number | undefined;
  return {
    write: async (text) => {
      try {
        writeFileSync((descriptor ??= openSync(file, "w")), text);
      } catch (error) {
        throw refused(error);
      }
      await Promise.resolve();
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError("It has to be a number above 0.");
  return value;
}

/** Says what blocks a loop: the task, for how long, and where. */
function blockedText({ snapshot, blocked = 0 }: Look): string {
  const task = snapshot.tasks.find(({ state }) => state === "running");
  const who =
    task === undefined
      ? "code that is no task's"
      : `a step of task ${task.id} ${task.name}${task.function === "" ? "" : ` (${task.function})`}`;
  const lines = snapshot.stack.map((line) => `    ${line}`);
  return [
    `asyncio-ts: the loop is blocked, for at least ${(blocked / 1000).toFixed(1)} s, by ${who}:`,
    ...lines,
  ]
    .map(printable)
    .join("\n");
}
