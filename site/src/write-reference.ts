/** Writes the reference as Markdown, from the docstrings of the packages, into `site/reference`, which git ignores. */
import { rmSync } from "node:fs";
import { Application } from "typedoc";
import { load } from "typedoc-plugin-markdown";
import { root } from "./pages.js";
import { entries } from "./reference.js";
import { ReferenceTheme } from "./reference-theme.js";

export async function writeReference(): Promise<void> {
  const app = await Application.bootstrapWithPlugins({
    options: `${root}typedoc.json`,
    plugin: [load],
    logLevel: "Warn",
    ...({
      outputFileStrategy: "modules",
      entryFileName: "index",
      useCodeBlocks: true,
      expandParameters: true,
    } as object),
    theme: "reference",
  });
  app.renderer.defineTheme("reference", ReferenceTheme);
  const project = await app.convert();
  if (project === undefined) throw new Error("typedoc could not read the packages");
  // A module is named by its file, until here.
  for (const module of project.children ?? []) module.name = module.name.replace("/src", "");
  const missing = entries.filter(({ page }) => project.getChildByName([page]) === undefined);
  if (missing.length > 0) throw new Error(`typedoc.json lacks ${missing.map(({ name }) => name).join(", ")}`);
  const folder = `${root}site/reference`;
  rmSync(folder, { recursive: true, force: true });
  await app.outputs.writeOutput({ name: "markdown", path: folder }, project);
}
