import { readFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

/**
 * The conformance table: each test method of CPython's asyncio suite, and what pins the same behaviour down
 * here. That the named tests ran and passed is checked after all tests, by `table.mjs`.
 */
interface Method {
  readonly file: string;
  readonly class: string;
  readonly method: string;
}

interface Row extends Method {
  readonly status: "covered" | "differs" | "not-applicable";
  readonly test?: string;
  readonly reason?: string;
}

const { rows } = JSON.parse(await contents("cpython-3.13.json")) as { rows: Row[] };
const methods = JSON.parse(await contents("cpython-3.13-tests.json")) as Method[];

async function contents(name: string): Promise<string> {
  return readFile(new URL(`../${name}`, import.meta.url), "utf8");
}

function nameOf({ file, class: name, method }: Method): string {
  return `${file} ${name}.${method}`;
}

describe("the conformance table", () => {
  it("has one row for each test method of CPython, in CPython's order", () => {
    expect(rows.map(nameOf)).toEqual(methods.map(nameOf));
  });

  it("names a test for each row that is covered", () => {
    expect(rows.filter((row) => row.status === "covered" && !row.test?.includes(" > ")).map(nameOf)).toEqual(
      [],
    );
  });

  it("gives a reason, a sentence, for each row that is not", () => {
    const silent = rows.filter((row) => row.status !== "covered" && (row.reason ?? "").split(" ").length < 4);
    expect(silent.map(nameOf)).toEqual([]);
  });

  it("names only test files that the README describes", async () => {
    const readme = await contents("README.md");
    const files = rows.flatMap(({ test = "" }) => /^conformance\/test\/(\S+)/.exec(test)?.slice(1) ?? []);
    expect(files.filter((file) => !readme.includes(`\`${file}\``))).toEqual([]);
  });

  it("covers at least 600 methods, and accounts for 670 with those that differ", () => {
    const count = (status: Row["status"]): number => rows.filter((row) => row.status === status).length;
    expect(count("covered")).toBeGreaterThanOrEqual(600);
    expect(count("covered") + count("differs")).toBeGreaterThanOrEqual(670);
  });
});
