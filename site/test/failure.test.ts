import { describe, expect, it } from "vitest";
import { transpile } from "../src/transpile.js";
import { describeFailure } from "../src/worker/failure.js";
import { makeProgram } from "../src/worker/make-program.js";

async function failureOf(program: string): Promise<ReturnType<typeof describeFailure>> {
  try {
    await makeProgram(transpile(program))(() => ({}), {});
  } catch (error) {
    return describeFailure(error);
  }
  throw new Error("the program did not fail");
}

describe("describeFailure", () => {
  it("tells the line of the program, also in the first", async () => {
    expect(await failureOf('throw new RangeError("too much");')).toMatchObject({ line: 1 });
    const { text, line } = await failureOf(
      "interface Unused {\n  n: number;\n}\nconst fail = () => {\n  throw new Error('no');\n};\nfail();\n",
    );
    expect(line).toBe(5);
    expect(text.split("\n")[0]).toBe("Error: no");
    expect(text).toContain("at fail (program.ts:5:");
    // The stack has no lines but those of the program.
    expect(text.split("\n").filter((one) => /^\s+at /.test(one) && !one.includes("program.ts"))).toEqual([]);
  });

  it("has no line for what is no error", async () => {
    expect(await failureOf('throw "text";')).toEqual({ text: "'text'", line: undefined });
  });
});
