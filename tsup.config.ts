import { readFileSync } from "node:fs";
import type { Options } from "tsup";

// The same for every package: tsup runs in the package's folder. Declarations are made for the entries that its
// package.json exports; the private packages of programs export nothing.
const { exports = {} } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports?: Record<string, { default: string }>;
};
const entries = Object.values(exports).map((entry) =>
  entry.default.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts"),
);

const config: Options = {
  entry: ["src/**/*.ts"],
  // Not bundled: esbuild's bundler turns a `class Task` that mentions itself into `var Task = class _Task`, and
  // that name shows in stacks and messages. A file for each source also shakes better and needs no shared chunks.
  bundle: false,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  clean: true,
  dts: entries.length > 0 && {
    entry: entries,
    // For users whose `lib` doesn't have Symbol.dispose.
    banner: '/// <reference lib="esnext.disposable" />',
    // The `paths` of the tsconfig lead to the siblings' sources; the declarations must name the packages.
    compilerOptions: { paths: {} },
  },
};

export default config;
