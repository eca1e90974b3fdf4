import { describe, expect, it } from "vitest";
import { type ProgramError, toModule, transpile } from "../src/transpile.js";

describe("transpile", () => {
  it("keeps each line where it is", () => {
    const program = [
      'import { run } from "asyncio-ts";',
      "interface Point {",
      "  x: number;",
      "}",
      "const at = (point: Point): number =>",
      "  point.x;",
      "export const last = await run(() => at({ x: 1 } as Point));",
    ];
    const lines = transpile(program.join("\n")).split("\n");
    expect(lines).toHaveLength(program.length);
    expect(lines[5]).toContain("point.x;");
    expect(lines[6]).toContain("last = await ");
  });

  it("tells the line of a mistake", () => {
    let error: unknown;
    try {
      transpile("const a = 1;\nconst b = ;\n");
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      message: "SyntaxError: Unexpected token",
      line: 2,
    } satisfies Partial<ProgramError>);
  });
});

describe("toModule", () => {
  it("leaves imports as they are", () => {
    expect(toModule('import { run } from "asyncio-ts";\nawait run(main as Main);')).toBe(
      'import { run } from "asyncio-ts";\nawait run(main );',
    );
  });
});
