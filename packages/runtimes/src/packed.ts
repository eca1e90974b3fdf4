/**
 * The packages as users get them: packed, and installed from their tarballs with npm into a temporary folder.
 *
 * There are two such folders. In `real` they are as they were packed. In `virtual` each loop is on virtual
 * time, so that a program prints its lines in the same order on any machine; all else is the runtime's own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { libraries, read, root } from "@asyncio-ts/documentation";
import { transform } from "esbuild";
import { execa } from "execa";

/** Where the packed packages are installed. */
export class Packed {
  private readonly work = mkdtempSync(join(tmpdir(), "asyncio-ts-runtimes-"));
  readonly real: string = join(this.work, "real");
  readonly virtual: string = join(this.work, "virtual");

  private constructor() {
    process.once("exit", () => this.remove());
  }

  /** Packs the packages, which must have been built, and installs them. Removes them when this process exits. */
  static async install(): Promise<Packed> {
    const packed = new Packed();
    const { real, virtual } = packed;
    await mkdir(real);
    writeFileSync(join(real, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const tarballs = await pack(packed.work);
    await execa("npm", ["install", "--no-audit", "--no-fund", ...tarballs, ...frameworks()], { cwd: real });
    await cp(real, virtual, { recursive: true });
    makeVirtual(join(virtual, "node_modules/@asyncio-ts/loop/dist"));
    return packed;
  }

  /** Writes a TypeScript module into one of the folders, as JavaScript; returns its file. */
  async write(folder: string, path: string, source: string): Promise<string> {
    const file = join(folder, path);
    const { code } = await transform(source, {
      loader: "ts",
      target: "es2022",
      format: "esm",
      keepNames: true,
    });
    await mkdir(join(file, ".."), { recursive: true });
    writeFileSync(file, code);
    return file;
  }

  private remove(): void {
    rmSync(this.work, { recursive: true, force: true });
  }
}

/** Packs the libraries; returns their tarballs. */
async function pack(folder: string): Promise<string[]> {
  // By folder, which is named like the library: the name alone may be the root's too.
  const filters = libraries.flatMap((library) => ["--filter", `./packages/${basename(library)}`]);
  // Any pnpm 10 will do, as in CONTRIBUTING: this also runs where pnpm is not installed.
  const pnpm = ["-y", "pnpm@10"];
  const options = ["pack", "--pack-destination", folder, "--json"];
  const { stdout } = await execa("npx", [...pnpm, ...filters, ...options], { cwd: root });
  return (JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => filename);
}

/** The frameworks that the documentation's programs import, in the versions of this workspace. */
function frameworks(): string[] {
  const folder = "packages/documentation";
  const { dependencies } = JSON.parse(read(`${folder}/package.json`)) as { dependencies: object };
  return Object.keys(dependencies)
    .filter((name) => !name.includes("asyncio-ts"))
    .map((name) => {
      const manifest = read(`${folder}/node_modules/${name}/package.json`);
      return `${name}@${(JSON.parse(manifest) as { version: string }).version}`;
    });
}

/** Puts every loop of an installed package on virtual time. */
function makeVirtual(dist: string): void {
  writeFileSync(
    join(dist, "host-on-virtual-time.js"),
    `import { partsOf } from "./parts.js";
     import { virtualLoop } from "./testing.js";
     export const detectHost = () => partsOf(virtualLoop()).host;`,
  );
  const file = join(dist, "event-loop.js");
  writeFileSync(file, readFileSync(file, "utf8").replace('"./host.js"', '"./host-on-virtual-time.js"'));
}
