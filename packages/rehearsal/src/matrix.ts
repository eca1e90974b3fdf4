/**
 * The findings of a rehearsal: checks, each in one cell of a table. A cell may have several.
 */
import Table from "cli-table3";

/** Of a failure's output; the first failure of a kind tells most, and it may be repeated in every cell. */
const MOST_LINES = 20;

/** Where a check belongs, and its name within the cell. */
export interface Place {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly check: string;
}

interface Finding extends Place {
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it has failed, or was skipped. */
  readonly reason: string;
}

/** The findings of a rehearsal, in tables. */
export class Matrix {
  readonly #findings: Finding[] = [];

  /** Runs a check: it has passed if the body does not throw. Returns whether it has. */
  async check(place: Place, body: () => unknown): Promise<boolean> {
    try {
      await body();
      this.#findings.push({ ...place, outcome: "passed", reason: "" });
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#findings.push({ ...place, outcome: "failed", reason });
      return false;
    }
  }

  /** Notes that a check can't be made, and why. */
  skip(place: Place, reason: string): void {
    this.#findings.push({ ...place, outcome: "skipped", reason });
  }

  /** The number of checks with this outcome. */
  count(outcome: Finding["outcome"]): number {
    return this.#findings.filter((finding) => finding.outcome === outcome).length;
  }

  /** The tables in the order of their first check, then the reasons: of each failure, and each different one to skip. */
  toString(): string {
    const tables = unique(this.#findings.map(({ table }) => table)).map((table) => this.#table(table));
    const failures = this.#findings
      .filter(({ outcome }) => outcome === "failed")
      .map(({ table, row, column, check, reason }) => {
        const indented = reason.trim().split("\n").slice(0, MOST_LINES).join("\n").replace(/^/gm, "      ");
        return `FAILED ${table}: ${row}, ${column}: ${check}\n${indented}`;
      });
    const skipped = this.#findings
      .filter(({ outcome }) => outcome === "skipped")
      .map(({ table, column, reason }) => `skipped ${table}: ${column}: ${reason}`);
    return [...tables, ...failures, unique(skipped).join("\n")].filter((part) => part !== "").join("\n\n");
  }

  /** The line that ends a run of tests. */
  summary(): string {
    const skipped = this.count("skipped");
    const rest = skipped > 0 ? `, ${skipped} skipped` : "";
    return `${this.count("passed")} passed, ${this.count("failed")} failed${rest}`;
  }

  /** The counts in the form of vitest's report, which scripts/count-tests.mjs sums. */
  report(): object {
    return {
      numPassedTests: this.count("passed"),
      numFailedTests: this.count("failed"),
      numPendingTests: this.count("skipped"),
      numTodoTests: 0,
      testResults: [],
    };
  }

  #table(name: string): string {
    const findings = this.#findings.filter(({ table }) => table === name);
    const rows = sorted(findings.map(({ row }) => row));
    const columns = sorted(findings.map(({ column }) => column));
    const lines = new Table({ head: ["", ...columns], style: { head: [], border: [], compact: true } });
    for (const row of rows) {
      const ofRow = findings.filter((finding) => finding.row === row);
      lines.push([row, ...columns.map((column) => cell(ofRow.filter((each) => each.column === column)))]);
    }
    return `${name}\n${lines.toString()}`;
  }
}

/** A cell in a word, with the number of checks. */
function cell(findings: readonly Finding[]): string {
  const failed = findings.filter(({ outcome }) => outcome === "failed");
  const passed = findings.filter(({ outcome }) => outcome === "passed");
  if (failed.length > 0) return `FAILED ${failed.map(({ check }) => check).join(", ")}`;
  if (passed.length > 0)
    return passed.length < findings.length ? `${passed.length}, some skipped` : `${passed.length} ok`;
  return findings.length > 0 ? "skipped" : "";
}

/** Each once, in an order that does not depend on which check ended first. */
function sorted(names: readonly string[]): string[] {
  return unique(names).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
