import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { comingFrom, decisions, recipes, sections } from "../src/contents.js";
import { expandPlaygrounds } from "../src/expand-playgrounds.js";
import { libraries, pageOf, root, targetOf } from "../src/pages.js";
import { readProgram } from "../src/programs.js";
import { reasons } from "../src/reasons.js";
import { readdirSync, readFileSync } from "node:fs";

describe("pageOf", () => {
  it.for([
    ["site/index.md", "index.md"],
    ["site/tutorial/lock.md", "tutorial/lock.md"],
    ["site/recipes/index.md", "recipes/index.md"],
    ["site/README.md", undefined],
    ["docs/guide.md", "guide.md"],
    ["docs/decisions/turns.md", "decisions/turns.md"],
    ["docs/api-reports/task.md", undefined],
    ["packages/task/README.md", "packages/task.md"],
    ["packages/bench/README.md", undefined],
    ["README.md", undefined],
  ] as const)("%s is %s", ([file, page]) => {
    expect(pageOf(file)).toBe(page);
  });
});

describe("targetOf", () => {
  const github = "https://github.com/asyncio-ts/asyncio-ts";
  it.for([
    ["decisions/turns.md#choice", "docs/guide.md", "/decisions/turns#choice"],
    ["../packages/sync/README.md", "docs/guide.md", "/packages/sync"],
    ["../README.md#packages", "docs/guide.md", `${github}/blob/main/README.md#packages`],
    ["../packages/testkit", "docs/guide.md", `${github}/tree/main/packages/testkit`],
    ["#a-heading", "docs/guide.md", "#a-heading"],
    ["https://example.org/", "docs/guide.md", "https://example.org/"],
    ["/tutorial/lock", "site/index.md", "/tutorial/lock"],
    ["../index.md", "site/tutorial/lock.md", "/"],
    ["../recipes/index.md", "site/tutorial/lock.md", "/recipes/"],
  ] as const)("%s in %s leads to %s", ([link, file, target]) => {
    expect(targetOf(link, file)).toBe(target);
  });
});

describe("the menus", () => {
  it("have each section and each decision", () => {
    for (const { name } of sections) expect(existsSync(`${root}site/tutorial/${name}.md`), name).toBe(true);
    const files = readdirSync(`${root}docs/decisions`).map((file) => file.replace(".md", ""));
    expect(decisions.map(({ name }) => name).sort()).toEqual(files.sort());
    expect(libraries).toContain("asyncio-ts");
  });
});

describe("the recipes", () => {
  const folder = `${root}site/recipes/`;
  const names = recipes.map(({ name }) => name).sort();

  it("are those in the menu, and on the page that lists them", () => {
    const files = readdirSync(folder).map((file) => file.replace(".md", ""));
    expect(files.filter((file) => file !== "index").sort()).toEqual(names);
    const listed = readFileSync(`${folder}index.md`, "utf8").matchAll(/^- \[(.*)\]\((.*)\.md\): /gm);
    const titles = new Map(Array.from(listed, ([, title, name]) => [name, title]));
    expect(titles).toEqual(new Map(recipes.map(({ name, title }) => [name, title])));
  });

  it.for(recipes)("$name has its title, its program, and what goes wrong by hand", ({ name, title }) => {
    const page = readFileSync(`${folder}${name}.md`, "utf8");
    expect(page).toContain(`\n# ${title}\n`);
    expect(page).toContain(`\n<Playground name="${name}" />\n`);
    expect(page).toContain("\n## What goes wrong by hand\n");
  });
});

describe("the pages for those who know another library", () => {
  const read = (name: string): string => readFileSync(`${root}site/coming-from/${name}.md`, "utf8");

  it("are all in the menu, and in the overview", () => {
    const files = readdirSync(`${root}site/coming-from`).map((file) => file.replace(".md", ""));
    expect([...comingFrom.map(({ name }) => name), "index"].sort()).toEqual(files.sort());
    for (const { name } of comingFrom) expect(read("index")).toContain(`](${name}.md)`);
  });

  it.for(comingFrom)(
    "$name has its programs, each beside that of the library",
    ({ name, title, programs }) => {
      const text = read(name);
      const tags = Array.from(text.matchAll(/^<Playground name="([\w-]+)"(?: theirs="([^"]+)")?/gm));
      expect(tags.map(([, program]) => program)).toEqual(programs);
      for (const [, program = "", theirs] of tags) {
        expect(theirs).toBe(readProgram(program).theirs === undefined ? undefined : title);
      }
    },
  );
});

describe("the front page", () => {
  it("has only figures that the README has", () => {
    const readme = readFileSync(`${root}README.md`, "utf8").replaceAll(/\s+/g, " ");
    const figures = reasons.flatMap(
      ({ figure, text }) => [figure, text].join(" ").match(/[\d.]+(?: µs)?/g) ?? [],
    );
    expect(figures.length).toBeGreaterThan(8);
    expect(figures.map((one) => one.replace(/\.$/, "")).filter((one) => !readme.includes(one))).toEqual([]);
  });
});

describe("expandPlaygrounds", () => {
  it("puts the programs where a page names them", () => {
    const expanded = expandPlaygrounds('# Lock\n\n<Playground name="lock" time="virtual" />\n\nText.');
    expect(expanded).toContain('<Playground name="lock" time="virtual" :programs="{&quot;async&quot;:');
    expect(expanded).toContain("<template v-slot:python>\n\n```py\nimport asyncio\n");
    expect(expanded).toContain("<template v-slot:generator>\n\n```ts\n");
    expect(expanded.endsWith("</Playground>\n\nText.")).toBe(true);
    // The page is a template of Vue: nothing in the attribute may end it.
    const [, attribute = ""] = /:programs="([^"]*)"/.exec(expanded) ?? [];
    expect(attribute).not.toMatch(/[<>]/);
    expect(
      JSON.parse(
        attribute
          .replaceAll("&quot;", '"')
          .replaceAll("&gt;", ">")
          .replaceAll("&lt;", "<")
          .replaceAll("&amp;", "&"),
      ),
    ).toHaveProperty("generator");
  });
});
