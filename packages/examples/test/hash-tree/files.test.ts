import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTask, run, sleep } from "asyncio-ts";
import { describe, expect, it } from "vitest";
import { listFiles, writeWhole } from "../../src/hash-tree/files.js";

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "asyncio-ts-hash-tree-"));

describe("listFiles", () => {
  it("gives the files below a folder, in order, and nothing else", async () => {
    const root = await folder();
    await mkdir(join(root, "sub", "empty"), { recursive: true });
    await writeFile(join(root, "sub", "b.txt"), "four");
    await writeFile(join(root, "a.txt"), "");
    await symlink(join(root, "nowhere"), join(root, "link"));
    expect(await run(listFiles(root))).toEqual([
      { path: "a.txt", size: 0 },
      { path: join("sub", "b.txt"), size: 4 },
    ]);
  });
});

describe("writeWhole", () => {
  it("writes a file, and the folders that it stands in", async () => {
    const root = await folder();
    const file = join(root, "some", "where", "file");
    await run(async () => {
      await writeWhole(file, "first");
      await writeWhole(file, "second");
    });
    expect(await readFile(file, "utf8")).toBe("second");
    expect(await readdir(join(root, "some", "where"))).toEqual(["file"]);
  });

  it("leaves nothing when it is cancelled, whenever that is", async () => {
    const root = await folder();
    const content = new Uint8Array(20_000_000);
    await run(async () => {
      for (let delay = 0; delay < 12; delay += 3) {
        const task = createTask(writeWhole(join(root, "file"), content));
        await sleep(delay);
        task.cancel();
        await task.catch(() => {});
        const left = await readdir(root);
        expect(left.filter((name) => name !== "file")).toEqual([]);
      }
    });
  });

  it("leaves nothing when it fails", async () => {
    const root = await folder();
    await mkdir(join(root, "taken"));
    await expect(run(writeWhole(join(root, "taken"), "text"))).rejects.toThrow();
    expect(await readdir(root)).toEqual(["taken"]);
  });
});
