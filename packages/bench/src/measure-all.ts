/** Measures topics: each contender of each case in processes of its own, which take turns. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Effort } from "./effort.js";
import type { Measurement } from "./measure.js";
import { pythonProgram, type PythonSystems } from "./python.js";
import { type Case, type Contender, labels, type Python, pythons, type Topic, type Unit } from "./topic.js";

const execute = promisify(execFile);
const LONGEST = 300_000;

/** The findings about one contender, in the unit of the case. */
interface Result {
  readonly contender: Contender;
  readonly samples: readonly number[];
}

export interface CaseResult {
  readonly topic: string;
  readonly name: string;
  readonly operation: string;
  readonly unit: Unit;
  readonly results: readonly Result[];
}

/** One process to come. */
interface Turn {
  readonly topic: Topic;
  readonly chosen: Case;
  readonly contender: Contender;
}

export interface Listener {
  /** So many of so many processes are done, and this one is next. */
  next(done: number, all: number, title: string): void;
  failed(title: string, error: Error): void;
}

/** The contenders of a case in the order of the tables. */
function contendersOf({ contenders, python = [] }: Case, systems: PythonSystems): Contender[] {
  return (Object.keys(labels) as Contender[]).filter((each) =>
    isPython(each) ? python.includes(each) && systems[each] !== undefined : contenders[each] !== undefined,
  );
}

function isPython(contender: Contender): contender is Python {
  return (pythons as readonly Contender[]).includes(contender);
}

/**
 * All processes, case by case, and in a case round by round: what disturbs the machine for a while disturbs
 * all.
 */
function plan(topics: readonly Topic[], systems: PythonSystems, rounds: number): Turn[] {
  const turns: Turn[] = [];
  for (const topic of topics) {
    for (const chosen of topic.cases) {
      const processes = chosen.processes ?? rounds;
      for (let round = 0; round < processes; round++) {
        for (const contender of contendersOf(chosen, systems)) turns.push({ topic, chosen, contender });
      }
    }
  }
  return turns;
}

async function take(turn: Turn, systems: PythonSystems, effort: Effort): Promise<Measurement> {
  const { topic, chosen, contender } = turn;
  const limits = { timeout: LONGEST, killSignal: "SIGKILL" as const };
  if (isPython(contender)) {
    const { args, env } = pythonProgram(contender, topic.name, chosen, effort);
    const executable = systems[contender]?.executable ?? "python3";
    const { stdout } = await execute(executable, args, { ...limits, env: { ...process.env, ...env } });
    return JSON.parse(stdout) as Measurement;
  }
  // The built file, also when this one is read as TypeScript by a test.
  const child = fileURLToPath(new URL("../dist/child.js", import.meta.url));
  const args = [child, topic.name, chosen.name, contender, JSON.stringify(effort)];
  const { stdout } = await execute(process.execPath, [...(chosen.nodeFlags ?? []), ...args], limits);
  return JSON.parse(stdout) as Measurement;
}

/** A contender that fails is told to the listener and left out. */
export async function measureAll(
  topics: readonly Topic[],
  systems: PythonSystems,
  effort: Effort,
  listener: Listener,
): Promise<CaseResult[]> {
  const turns = plan(topics, systems, effort.rounds);
  const samples = new Map<Case, Map<Contender, number[]>>();
  for (const [done, turn] of turns.entries()) {
    const { topic, chosen, contender } = turn;
    const title = `${topic.name}, ${chosen.name}: ${labels[contender]}`;
    listener.next(done, turns.length, title);
    const found = samples.get(chosen) ?? new Map<Contender, number[]>();
    samples.set(chosen, found);
    try {
      const measurement = await take(turn, systems, effort);
      found.set(contender, [...(found.get(contender) ?? []), ...measurement.samples]);
    } catch (error) {
      listener.failed(title, error as Error);
    }
  }
  return topics.flatMap((topic) =>
    topic.cases.map((chosen) => ({
      topic: topic.name,
      name: chosen.name,
      operation: chosen.operation,
      unit: chosen.unit ?? "ns",
      results: contendersOf(chosen, systems).flatMap((contender) => {
        const found = samples.get(chosen)?.get(contender);
        return found === undefined ? [] : [{ contender, samples: found }];
      }),
    })),
  );
}
