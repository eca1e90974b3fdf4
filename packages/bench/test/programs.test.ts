import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { quick } from "../src/effort.js";
import { findPythons, pythonProgram } from "../src/python.js";
import { pythons } from "../src/topic.js";
import { topics } from "../src/topics.js";

/** A whole number of the batches and the tasks of each program. */
const FEW = 1600;

const execute = promisify(execFile);
const systems = await findPythons();
const cases = topics.flatMap((topic) => topic.cases.map((chosen) => ({ topic: topic.name, chosen })));
/** Seconds of load, or the one start. */
const sizes: Readonly<Record<string, number>> = {
  server: 1,
  frameworks: 1,
  "start-up": 1,
  echo: 5,
  subprocess: 30,
  distributed: 100,
};
const sizeFor = (topic: string): number => sizes[topic] ?? FEW;

describe.each(cases)("$topic, $chosen.name", ({ topic, chosen }) => {
  const size = sizeFor(topic);

  it.each(Object.entries(chosen.contenders))("%s does it all", async (_name, load) => {
    const program = await load();
    const outcome = await program(size);
    expect(typeof outcome === "number" ? outcome : outcome.done).toBe(size);
    const own = typeof outcome === "object" && "value" in outcome;
    expect(own).toBe(chosen.unit !== undefined);
  });

  for (const python of pythons.filter((each) => chosen.python?.includes(each))) {
    const system = systems[python];
    it.skipIf(system === undefined)(`Python's ${python} does it all`, async () => {
      const effort = { ...quick, time: 1, warmupTime: 1, iterations: 1, warmupIterations: 1 };
      const { args, env } = pythonProgram(python, topic, { name: chosen.name, size }, effort);
      const executable = system?.executable ?? "";
      const { stdout } = await execute(executable, args, { env: { ...process.env, ...env } });
      const { samples } = JSON.parse(stdout) as { samples: number[] };
      expect(samples.length).toBeGreaterThan(0);
      expect(samples.every(Number.isFinite)).toBe(true);
    });
  }
});

describe("topics", () => {
  it("have names of their own, and so have their cases", () => {
    expect(new Set(topics.map(({ name }) => name)).size).toBe(topics.length);
    expect(new Set(cases.map(({ topic, chosen }) => `${topic}/${chosen.name}`)).size).toBe(cases.length);
  });

  it("are in files of their names", async () => {
    for (const topic of topics) {
      const file = (await import(`../src/topics/${topic.name}.ts`)) as { topic: unknown };
      expect(file.topic).toBe(topic);
    }
  });
});
