// The configuration of `pnpm mutate` (scripts/mutate.mjs), which names the package.
const name = process.env.MUTATED_PACKAGE ?? "";
const reports = `packages/${name}/reports/mutation`;

/** The files to mutate, where these are not all sources of the package. */
const parts = {
  // Its queue and its pool; the rest runs in workers, where no mutant reaches.
  executor: ["pool", "job", "pool-executor", "pool-worker", "progress"],
};
const sources = parts[name]?.map((file) => `packages/${name}/src/${file}.ts`) ?? [
  `packages/${name}/src/**/*.ts`,
];

export default {
  mutate: sources,
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  // Each mutant runs only the tests that reach it, until one fails.
  coverageAnalysis: "perTest",
  dryRunTimeoutMinutes: 15,
  concurrency: 1,
  // What an earlier run has found out is kept as long as the mutant and the tests that reach it are the same.
  incremental: true,
  incrementalFile: `${reports}/incremental.json`,
  reporters: ["progress-append-only", "clear-text", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  htmlReporter: { fileName: `${reports}/mutation.html` },
  jsonReporter: { fileName: `${reports}/mutation.json` },
  // The tests run in a copy of the workspace. Not below node_modules: there the `paths` of the tsconfig don't count.
  tempDirName: ".stryker-tmp",
  ignorePatterns: [
    "/docs",
    "/conformance",
    "/packages/{bench,documentation,examples,libraries,rehearsal,runtimes}",
    "dist",
    "coverage",
    "reports",
  ],
  // vitest checks no types.
  disableTypeChecks: false,
  allowConsoleColors: false,
};
