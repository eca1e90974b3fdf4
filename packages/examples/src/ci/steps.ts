/** A step of a build file. */
export interface Step {
  readonly name: string;
  /** The command, for the shell. */
  readonly run: string;
  /** The steps that must have passed before. */
  readonly needs: readonly string[];
}

/**
 * Reads the steps in the text of a build file: `{ "test": { "run": "npm test", "needs": ["install"] } }`.
 *
 * @throws Error if a step is not described like this, needs one that does not exist, or needs itself.
 */
export function parseSteps(text: string): Step[] {
  const described = JSON.parse(text) as Record<string, { readonly run?: unknown; readonly needs?: unknown }>;
  const steps = Object.entries(described).map(([name, { run, needs = [] }]): Step => {
    if (typeof run !== "string") throw new Error(`step "${name}" needs a command: { "run": "…" }`);
    if (!isListOfNames(needs)) throw new Error(`step "${name}" needs a list of names: { "needs": ["…"] }`);
    return { name, run, needs };
  });
  for (const { name, needs } of steps) {
    for (const need of needs) {
      if (!(need in described)) throw new Error(`step "${name}" needs "${need}", which does not exist`);
    }
  }
  assertOrder(steps);
  return steps;
}

/** Throws if steps wait for each other in a circle: takes away those that can run, until none is left. */
function assertOrder(steps: readonly Step[]): void {
  const left = new Map(steps.map((step) => [step.name, step]));
  for (;;) {
    const ready = [...left.values()].filter(({ needs }) => !needs.some((need) => left.has(need)));
    for (const { name } of ready) left.delete(name);
    if (left.size === 0) return;
    if (ready.length === 0) throw new Error(`these steps need each other: ${[...left.keys()].join(", ")}`);
  }
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
