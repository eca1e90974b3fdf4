/** The doors between packages, as docs/decisions/doors.md has them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { libraries, root } from "@asyncio-ts/documentation";
import { expect, test } from "vitest";

/** More would be one package cut in two. */
const MOST = 15;

const doors = libraries
  .map((library) => join(library, "src/internal.ts"))
  .flatMap((file) => {
    try {
      return [{ file, text: readFileSync(join(root, file), "utf8") }];
    } catch {
      return [];
    }
  });

/** Returns the names that an index file exports. */
function namesIn(text: string): string[] {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)];
  const names = lists.flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()));
  const spaces = [...text.matchAll(/^export (?:type )?\* as (\w+)/gm)].map(([, name = ""]) => name);
  return [...names.filter((name) => name !== ""), ...spaces];
}

test("there are doors for siblings", () => {
  expect(doors.length).toBeGreaterThan(3);
});

test.each(doors)(`$file has at most ${MOST} names, each with the siblings that need it`, ({ text }) => {
  expect(namesIn(text).length).toBeLessThanOrEqual(MOST);
  expect(namesIn(text)).not.toEqual([]);
  const exports = text.split(/^(?=export )/m).slice(1);
  for (const one of exports) expect(one).toMatch(/;\s*\/\/ \w+/);
});
