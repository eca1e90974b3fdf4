// What a package has on npm, read from where its tarball was installed: for pack-test.mjs.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const repository = "https://github.com/asyncio-ts/asyncio-ts";
/** A user needs these, an editor the maps and sources. */
const needed =
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|src\/[\w-]+\.ts|dist\/[\w-]+\.(?:js|d\.ts)(?:\.map)?)$/;

/** The files of the package, as paths from its folder. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** The sum of their sizes in bytes. */
export function sizeOf(folder) {
  return filesOf(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/**
 * Files that no user needs, files of `dist` that have no source, and source maps that lead nowhere, or hold what they
 * lead to a second time.
 */
export function wrongFilesOf(folder) {
  const files = new Set(filesOf(folder));
  const wrong = [];
  for (const file of files) {
    if (!needed.test(file)) wrong.push(`${file}: nobody needs it`);
    const source = file.replace(/^dist\/([\w-]+)\..*$/, "src/$1.ts");
    if (!files.has(source)) wrong.push(`${file}: ${source} is missing`);
    if (file.endsWith(".map")) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, file), "utf8"));
      if (sourcesContent !== undefined) wrong.push(`${file}: it holds its source, which is in src too`);
      for (const mapped of sources) {
        const path = join(dirname(file), mapped).replaceAll("\\", "/");
        if (!files.has(path)) wrong.push(`${file}: it leads to ${path}`);
      }
    } else if (file.startsWith("dist/")) {
      const [, map] = /^\/\/# sourceMappingURL=(.*)$/m.exec(readFileSync(join(folder, file), "utf8")) ?? [];
      if (!files.has(`dist/${map}`)) wrong.push(`${file}: its map is ${map}`);
    }
  }
  return wrong;
}

/**
 * Returns the faults of a package.json: fields that it lacks, or has otherwise than the other packages. `directory` is the
 * package's place in the repository.
 */
export function wrongMetadataOf(manifest, directory) {
  const expected = {
    license: "MIT",
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: "git", url: `git+${repository}.git`, directory },
    publishConfig: { access: "public", provenance: true },
  };
  const wrong = Object.keys(expected).filter(
    (key) => JSON.stringify(manifest[key]) !== JSON.stringify(expected[key]),
  );
  if (manifest.sideEffects === undefined) wrong.push("sideEffects");
  if (!(manifest.keywords?.length > 0)) wrong.push("keywords");
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    // Siblings are one version; the package with a command also uses packages of others.
    const isSibling = /^(?:@asyncio-ts\/|asyncio-ts$)/.test(name);
    if (isSibling && range !== manifest.version)
      wrong.push(`dependencies: ${name} ${range} is not ${manifest.version}`);
  }
  return wrong;
}
