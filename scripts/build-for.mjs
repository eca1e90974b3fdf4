// Before the programs of `pnpm start` and `pnpm bench`: builds what the package named needs, and says something only
// when that fails.
import { spawnSync } from "node:child_process";

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [
    "node_modules/turbo/bin/turbo",
    "run",
    "build",
    `--filter=${process.argv[2]}`,
    "--output-logs=errors-only",
  ],
  { encoding: "utf8", env: { ...process.env, DO_NOT_TRACK: "1" } },
);
if (status !== 0) {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status ?? 1;
}
