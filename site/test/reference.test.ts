import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { libraries, root } from "../src/pages.js";
import { entries, withoutCode, withReferenceLink } from "../src/reference.js";
import { write } from "../src/write-reference.js";

describe("entries", () => {
  it("are those of all published packages, but not the doors for siblings", () => {
    const names = entries.map(({ name }) => name);
    expect(names).toContain("asyncio-ts");
    expect(names).toContain("@asyncio-ts/sync/lowlevel");
    expect(new Set(entries.map(({ library }) => library))).toEqual(new Set(libraries));
    expect(names.filter((name) => name.endsWith("/internal"))).toEqual([]);
  });

  it("say what they are for", () => {
    const testing = entries.find(({ page }) => page === "loop/testing");
    expect(testing).toMatchObject({ introduction: "Loops for tests.", file: "packages/loop/src/testing.ts" });
    for (const { name, introduction } of entries) expect(introduction, name).toMatch(/^[^/].{10,}\.$/);
  });
});

describe("withReferenceLink", () => {
  const link = "Each name with its signature: [reference of this package](/reference/sync).";
  it("puts the link below the heading, or before the first one", () => {
    expect(withReferenceLink("# A\n\n## B\n\n## API\n\nText", "sync")).toBe(
      `# A\n\n## B\n\n## API\n\n${link}\n\nText`,
    );
    expect(withReferenceLink("# A\n\n## B\n\n## C\n", "sync")).toBe(`# A\n\n${link}\n\n## B\n\n## C\n`);
  });

  it("finds a place in the README of each package", () => {
    for (const library of libraries) {
      const readme = readFileSync(`${root}packages/${library}/README.md`, "utf8");
      expect(withReferenceLink(readme, library)).toContain(`(/reference/${library})`);
    }
  });
});

describe("withoutCode", () => {
  it("leaves the text and the headings", () => {
    expect(withoutCode("## A {#A}\n\n```ts\nconst a;\n```\n\nText `b`.\n")).toBe(
      "## A {#A}\n\n\n\nText `b`.\n",
    );
  });
});

describe("a page", () => {
  const folder = mkdtempSync(join(tmpdir(), "reference-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  let sync = "";
  let task = "";
  beforeAll(async () => {
    const fixture = `${root}site/test/fixtures/reference`;
    const entryPoints = [`${fixture}/task/src/index.ts`, `${fixture}/sync/src/index.ts`];
    await write(
      {
        entryPoints,
        tsconfig: `${fixture}/tsconfig.json`,
        excludeExternals: true,
        excludeInternal: true,
        readme: "none",
      },
      folder,
    );
    sync = readFileSync(`${folder}/sync.md`, "utf8");
    task = readFileSync(`${folder}/task.md`, "utf8");
  }, 120_000);

  const sectionOf = (page: string, id: string): string =>
    page.split(/^(?=#+ .*\{#)/m).find((section) => section.includes(`{#${id}}\n`)) ?? "";

  it("has a heading for each name and each member that is public", () => {
    expect(sync.match(/^#+ .*$/gm)).toEqual([
      "# @asyncio-ts/sync",
      "## Line {#Line}",
      "### new Line() {#Line.new}",
      "### Line.people {#Line.people}",
      "### Line.empty {#Line.empty}",
      "### Line\\[Symbol.iterator\\]() {#Line.iterator}",
      "### Line.join() {#Line.join}",
      "### Line.leave() {#Line.leave}",
      "## Other {#Other}",
      "### Other.leave() {#Other.leave}",
      "## ShortLine {#ShortLine}",
      "### ShortLine.clear() {#ShortLine.clear}",
      "## LineOptions {#LineOptions}",
      "## From @asyncio-ts/task",
    ]);
    expect(sync).toContain("[About the package](/packages/sync) · [Source](https://github.com/");
  });

  it("prints signatures as a program has them", () => {
    expect(sync).toContain("```ts\nclass Line<T> implements Iterable<T>\n```");
    expect(sync).toContain("```ts\nclass ShortLine<T> extends Line<T>\n```");
    expect(sync).toContain(
      "```ts\nnew Line<T>(options?: LineOptions): Line<T>;\n```\n\n- `options`: what there is to say\n",
    );
    expect(sync).toContain("```ts\nreadonly people: T[];\n```");
    expect(sync).toContain("```ts\nreadonly empty: boolean;\n```");
    expect(sync).toContain("```ts\n[Symbol.iterator](): Iterator<T>;\n```");
    expect(sync).toContain("```ts\nnew Line<string>();\n```");
  });

  it("has the options that only one function knows in its signature", () => {
    expect(sectionOf(task, "open")).toContain("function open(options: { depth?: number }): void;");
  });

  it("has overloads together, and lists errors as code", () => {
    expect(sectionOf(task, "waitFor")).toContain(
      "```ts\nfunction waitFor(lines: Iterable<object>): Promise<void>;\n" +
        "function waitFor(...lines: object[]): Promise<void>;\n```\n\nWaits for all of `lines`.\n\n" +
        "- Throws [`LineError`](/reference/task#LineError) if one breaks; `TypeError`, or what the line throws.",
    );
  });

  it("links names on the page, and on the others", () => {
    expect(sectionOf(task, "LineError")).toContain("Thrown by [`waitFor`](/reference/task#waitFor).");
    expect(sectionOf(sync, "Line")).toContain(
      "as [`waitFor()`](/reference/task#waitFor) of the other package",
    );
    expect(sectionOf(sync, "LineOptions")).toContain("Options for [`new Line()`](/reference/sync#Line.new).");
    expect(sectionOf(sync, "LineOptions")).toContain(
      "- `size?: number`: The number of places; see [`Line.join()`](/reference/sync#Line.join).",
    );
    expect(sync).toContain("[`waitFor`](/reference/task#waitFor).\n");
  });

  it("takes a method for that of its class, and for none if several classes have it", () => {
    expect(sectionOf(sync, "Line.join")).toContain(
      "[`leave()`](/reference/sync#Line.leave) is the contrary, and `join()` this.",
    );
    expect(sectionOf(sync, "Other.leave")).toContain(
      "As [`Line.leave`](/reference/sync#Line.leave), and unlike `leave()`.",
    );
  });

  it("names what is inherited, without a section of its own", () => {
    expect(sectionOf(sync, "ShortLine")).toContain(
      "Inherited from [`Line`](/reference/sync#Line): [`people`](/reference/sync#Line.people), " +
        "[`empty`](/reference/sync#Line.empty), [`[Symbol.iterator]`](/reference/sync#Line.iterator), ",
    );
    expect(sectionOf(task, "LineError")).not.toContain("Inherited");
  });

  it("has nothing in its text that Vue takes for its own", () => {
    expect(sectionOf(sync, "Line")).toContain("&#123;&#123; not }} &lt;b>, and no ");
  });
});
