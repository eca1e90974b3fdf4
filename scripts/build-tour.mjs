// Before the tour of `pnpm start`: builds what it needs, and says something only when that fails.
import { spawnSync } from "node:child_process";

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [
    "node_modules/turbo/bin/turbo",
    "run",
    "build",
    "--filter=@asyncio-ts/examples",
    "--output-logs=errors-only",
  ],
  { encoding: "utf8", env: { ...process.env, DO_NOT_TRACK: "1" } },
);
if (status !== 0) {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status ?? 1;
}
