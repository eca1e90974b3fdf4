import { describe, expect, it } from "vitest";
import { Matrix } from "../src/matrix.js";

const place = { table: "Strangers", row: "a library", column: "npm" };

async function filled(): Promise<Matrix> {
  const matrix = new Matrix();
  await matrix.check({ ...place, check: "ESM" }, () => {});
  await matrix.check({ ...place, check: "CommonJS" }, async () => {
    throw new Error("it printed nothing");
  });
  matrix.skip({ ...place, column: "bun", check: "install" }, "there is no bun");
  return matrix;
}

describe("Matrix", () => {
  it("tells whether a check has passed", async () => {
    const matrix = new Matrix();
    expect(await matrix.check({ ...place, check: "ESM" }, () => {})).toBe(true);
    expect(await matrix.check({ ...place, check: "ESM" }, () => Promise.reject(new Error("no")))).toBe(false);
  });

  it("ends with the line that counts", async () => {
    expect((await filled()).summary()).toBe("1 passed, 1 failed, 1 skipped");
  });

  it("says nothing of skipped checks where there are none", () => {
    expect(new Matrix().summary()).toBe("0 passed, 0 failed");
  });

  it("reports what scripts/count-tests.mjs sums", async () => {
    expect((await filled()).report()).toMatchObject({
      numPassedTests: 1,
      numFailedTests: 1,
      numPendingTests: 1,
    });
  });

  it("shows a table, and why checks have failed or were skipped", async () => {
    const shown = (await filled()).toString();
    expect(shown).toMatch(/^Strangers\n.*\n.*bun.*npm.*\n.*\n.*a library.*skipped.*FAILED CommonJS/);
    expect(shown).toContain("FAILED Strangers: a library, npm: CommonJS\n      it printed nothing");
    expect(shown).toContain("skipped Strangers: bun: there is no bun");
  });

  it("orders rows by name, whichever check ended first", async () => {
    const matrix = new Matrix();
    for (const row of ["version 10", "version 9"]) await matrix.check({ ...place, row, check: "" }, () => {});
    expect(matrix.toString()).toMatch(/version 9[^]*version 10/);
  });
});
