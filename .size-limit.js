const dist = (name) => `packages/${name}/dist/index.js`;
const common = {
  gzip: true,
  // Siblings are measured as they are built: without the `paths` of the tsconfig, which lead to their sources.
  modifyEsbuildConfig: (config) => ({ ...config, tsconfigRaw: "{}" }),
};

// The aims are 1.6 kB, 5 kB and 12 kB. Until they are reached, the limits only keep the sizes from growing.
export default [
  {
    name: "Lock alone",
    path: dist("sync"),
    import: "{ Lock }",
    limit: "9 kB",
    ...common,
  },
  {
    name: "run + sleep + TaskGroup + timeout",
    path: dist("task"),
    import: "{ run, sleep, TaskGroup, timeout }",
    limit: "24.4 kB",
    ...common,
  },
  {
    name: "all of future, loop, task and sync",
    path: "scripts/all-libraries.mjs",
    limit: "31.5 kB",
    ...common,
  },
];
