import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPatch, copyTree, librariesOf } from "../src/copy.js";
import { Stage } from "../src/stage.js";

const env = { ...process.env, GIT_CONFIG_GLOBAL: "", GIT_CONFIG_SYSTEM: "" };

let stage: Stage;
let tree: string;

async function git(...args: string[]): Promise<string> {
  const author = ["-c", "user.name=A", "-c", "user.email=a@localhost"];
  return await stage.run(["git", ...author, ...args], { folder: tree, env });
}

function write(path: string, text: string): void {
  mkdirSync(join(tree, path, ".."), { recursive: true });
  writeFileSync(join(tree, path), text);
}

beforeEach(async () => {
  stage = new Stage();
  tree = stage.makeFolder("tree");
  write(".gitignore", "dist\n");
  write("changed", "before");
  write("deleted", "");
  write(".changeset/config.json", "{}");
  const manifest = { name: "one", version: "1.0.0", publishConfig: { access: "public", provenance: true } };
  write("packages/one/package.json", JSON.stringify(manifest, null, 2));
  write("packages/two/package.json", JSON.stringify({ name: "two", version: "1.0.0", private: true }));
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=First");
});

afterEach(() => stage.close());

describe("copyTree", () => {
  it("copies what is not committed, and nothing that is ignored", async () => {
    write("changed", "after");
    write("new", "");
    write("dist/built", "");
    rmSync(join(tree, "deleted"));
    const before = await git("status", "--porcelain");
    const copy = await copyTree(stage, tree, env);
    expect(readFileSync(join(copy, "changed"), "utf8")).toBe("after");
    expect(existsSync(join(copy, "new"))).toBe(true);
    expect(existsSync(join(copy, "deleted"))).toBe(false);
    expect(existsSync(join(copy, "dist"))).toBe(false);
    expect(await git("status", "--porcelain")).toBe(before);
  });

  it("takes the statement of provenance out of the copy alone", async () => {
    const copy = await copyTree(stage, tree, env);
    const read = (folder: string) => readFileSync(join(folder, "packages/one/package.json"), "utf8");
    expect(JSON.parse(read(copy))).toMatchObject({ publishConfig: { access: "public" } });
    expect(read(copy)).not.toContain("provenance");
    expect(read(tree)).toContain("provenance");
  });
});

describe("librariesOf", () => {
  it("finds the packages that are published", () => {
    expect(librariesOf(tree).map(({ name }) => name)).toEqual(["one"]);
  });
});

describe("addPatch", () => {
  it("writes a changeset for one package", async () => {
    addPatch(tree, "one", "Mended.");
    expect(readFileSync(join(tree, ".changeset/rehearsal.md"), "utf8")).toBe(
      '---\n"one": patch\n---\n\nMended.\n',
    );
  });
});
