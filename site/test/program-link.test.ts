import { describe, expect, it } from "vitest";
import { fromFragment, toFragment } from "../src/program-link.js";

describe("a link with a program", () => {
  it("brings back the program and its variant", async () => {
    const program = { variant: "generator", text: 'console.log("Grüße, 世界 🙂");\n'.repeat(50) };
    const fragment = await toFragment(program);
    expect(fragment).toMatch(/^program=generator\.[\w-]+$/);
    expect(fragment.length).toBeLessThan(program.text.length / 4);
    expect(await fromFragment(`#${fragment}`)).toEqual(program);
  });

  it.for(["", "#a-heading", "#program=async.", "#program=async.!!", "#program=async.AAAA"])(
    "%j is none",
    async (fragment) => {
      expect(await fromFragment(fragment)).toBeUndefined();
    },
  );
});
