import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Argument, Command, CommanderError } from "commander";
import { createLogUpdate } from "log-update";
import { createColors } from "picocolors";
import { quick, thorough } from "./effort.js";
import { writeMarkdown } from "./markdown.js";
import { type Listener, measureAll } from "./measure-all.js";
import { findPythons } from "./python.js";
import { machine, report, versions } from "./report.js";
import { table } from "./table.js";
import { topics } from "./topics.js";

const USAGE_ERROR = 2;
const docs = new URL("../../../docs/", import.meta.url);

interface Options {
  readonly list?: true;
  readonly quick?: true;
  readonly write?: true;
  readonly json?: string;
}

/** The benchmarks as a command. Gives the exit code: 1 if a contender failed. */
export async function bench(args: readonly string[]): Promise<number> {
  const command = new Command("pnpm bench")
    .description("Measures asyncio-ts beside its peers: all topics, or those named, in that order.")
    .addArgument(new Argument("[topic...]", "what to measure").choices(topics.map(({ name }) => name)))
    .option("-l, --list", "list the topics")
    .option("-q, --quick", "measure for a shorter time")
    .option("-j, --json <file>", "write the figures to a file, too")
    .option("-w, --write", "write docs/benchmarks.md and its charts")
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
    const options = command.opts<Options>();
    if (options.list === true) {
      for (const { name, title } of topics) console.log(`${name.padEnd(13)}${title}`);
      return 0;
    }
    if (options.write === true && command.args.length > 0) {
      command.error("error: --write is for all topics: leave their names out");
    }
    return await measured(command.args, options);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    throw error;
  }
}

async function measured(names: readonly string[], options: Options): Promise<number> {
  const chosen =
    names.length === 0
      ? topics
      : [...new Set(names)].flatMap((name) => topics.filter((topic) => topic.name === name));
  const systems = await findPythons();
  const environment = {
    date: new Date().toISOString().slice(0, "2000-01-01".length),
    machine: machine(),
    quick: options.quick === true,
    versions: versions(systems),
  };
  const colors = createColors(Boolean(process.stdout.isTTY && process.stdout.hasColors()));
  const list = Object.entries(environment.versions).map(([name, version]) => `${name} ${version}`);
  console.log(`${environment.machine}\n${list.join("; ")}`);
  const progress = progressLine(process.stderr);
  let failures = 0;
  const listener: Listener = {
    next: (done, all, title) => progress.update(`${Math.floor((done / all) * 100)} %  ${title}`),
    failed: (title, error) => {
      failures++;
      progress.clear();
      console.error(`${title} failed: ${error.message}`);
    },
  };
  // A topic at a time: its table is there as soon as it can be.
  const reports = [];
  const all = chosen.length;
  for (const [index, topic] of chosen.entries()) {
    const part: Listener = {
      ...listener,
      next: (done, turns, title) => listener.next(index + done / turns, all, title),
    };
    const results = await measureAll([topic], systems, options.quick === true ? quick : thorough, part);
    progress.clear();
    for (const each of report([topic], results)) {
      reports.push(each);
      console.log(`\n${table(each, colors)}`);
    }
  }
  const complete = { ...environment, topics: reports };
  // Where the command was given: the package manager starts it at the root.
  const folder = process.env["INIT_CWD"] ?? process.cwd();
  if (options.json !== undefined) {
    writeFileSync(resolve(folder, options.json), `${JSON.stringify(complete, undefined, 2)}\n`);
  }
  if (options.write === true) writeMarkdown(complete, docs);
  return failures === 0 ? 0 : 1;
}

/** One line that is written over and over, in a terminal only. */
function progressLine(stream: NodeJS.WriteStream): { update(text: string): void; clear(): void } {
  if (!stream.isTTY) return { update() {}, clear() {} };
  const line = createLogUpdate(stream, { showCursor: true });
  return { update: (text) => line(text), clear: () => line.clear() };
}
