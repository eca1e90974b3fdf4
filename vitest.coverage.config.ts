import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * The least part of its branches, in percent, that the tests of all libraries together run in each package: just
 * below what they run now. The aim is 98. Most of what is missing belongs to other runtimes (browsers, Bun, Deno,
 * other versions of Node), or runs in child processes alone, where nothing is counted.
 */
const floors = {
  future: 98,
  coroutine: 99,
  loop: 97.5,
  task: 96.5,
  sync: 99,
  executor: 96.5,
  flow: 98,
  http: 98,
};

const kinds = ["branches", "lines", "functions"] as const;

/** The parts of Istanbul's result that the table needs. */
interface FileCoverage {
  toSummary(): Record<(typeof kinds)[number], { readonly total: number; readonly covered: number }>;
}
interface CoverageMap {
  files(): string[];
  fileCoverageFor(file: string): FileCoverage;
}

const sourcesOf = (name: string): string => `packages/${name}/src/`;

function percent(parts: readonly { readonly total: number; readonly covered: number }[]): number {
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const covered = parts.reduce((sum, part) => sum + part.covered, 0);
  // As the floors are compared: never rounded up.
  return Math.floor((10_000 * covered) / total) / 100;
}

/** Prints one line for each package that was tested. */
function printTable(coverage: CoverageMap): void {
  const rows = Object.entries(floors).flatMap(([name, floor]) => {
    const folder = fileURLToPath(new URL(sourcesOf(name), import.meta.url));
    const files = coverage.files().filter((file) => file.startsWith(folder));
    const summaries = files.map((file) => coverage.fileCoverageFor(file).toSummary());
    const figures = kinds.map((kind) => [kind, percent(summaries.map((summary) => summary[kind]))] as const);
    return files.length === 0
      ? []
      : [[name, { ...Object.fromEntries(figures), "floor of branches": floor }] as const];
  });
  console.table(Object.fromEntries(rows));
}

/**
 * `pnpm coverage`: what part of the libraries their tests run. `--project sync` runs the tests of one package. That
 * may not reach its floor, since packages above test it too.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: Object.keys(floors).map((name) => ({
      extends: name === "executor" ? "./packages/executor/vitest.config.ts" : "./vitest.config.ts",
      root: `packages/${name}`,
      // The tests of growth count with V8's coverage too, and set its counts to 0.
      test: { name, exclude: [...configDefaults.exclude, "**/growth.test.ts"] },
    })),
    reporters: ["default", { onCoverage: (coverage) => printTable(coverage as CoverageMap) }],
    coverage: {
      enabled: true,
      provider: "v8",
      include: Object.keys(floors).map((name) => `${sourcesOf(name)}**`),
      // It runs in workers alone, where nothing is counted.
      exclude: ["packages/executor/src/worker-entry.ts"],
      reporter: ["html"],
      thresholds: Object.fromEntries(
        Object.entries(floors).map(([name, branches]) => [`${sourcesOf(name)}**`, { branches }]),
      ),
    },
  },
});

export default config;
