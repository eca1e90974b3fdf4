/** Writes the reference as Markdown, from the docstrings of the packages, into `site/reference`, which git ignores. */
import { rmSync } from "node:fs";
import {
  Application,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  type TypeDocOptions,
} from "typedoc";
import { load, ModuleRouter } from "typedoc-plugin-markdown";
import { root } from "./pages.js";
import { entries } from "./reference.js";
import { ReferenceTheme } from "./reference-theme.js";

/** A function keeps no name of a file for itself: `record` is also that of an entry. */
class ReferenceRouter extends ModuleRouter {
  override getIdealBaseName(reflection: Reflection): string {
    const name = super.getIdealBaseName(reflection);
    return reflection.kindOf(ReflectionKind.Module) ? name : `${name}()`;
  }
}

export async function writeReference(): Promise<void> {
  const project = await write({ options: `${root}typedoc.json` }, `${root}site/reference`);
  const missing = entries.filter(({ page }) => project.getChildByName([page]) === undefined);
  if (missing.length > 0) throw new Error(`typedoc.json lacks ${missing.map(({ name }) => name).join(", ")}`);
}

/** Writes a page for each entry point into a folder, in place of what was there. */
export async function write(options: TypeDocOptions, folder: string): Promise<ProjectReflection> {
  // The options of the plugin are none of typedoc's.
  const ofPlugin = {
    outputFileStrategy: "modules",
    entryFileName: "index",
    useCodeBlocks: true,
    expandParameters: true,
    expandObjects: true,
  };
  const app = await Application.bootstrapWithPlugins({
    ...options,
    ...ofPlugin,
    plugin: [load],
    logLevel: "Warn",
    router: "reference",
    theme: "reference",
  });
  app.renderer.defineRouter("reference", ReferenceRouter);
  app.renderer.defineTheme("reference", ReferenceTheme);
  const project = await app.convert();
  if (project === undefined) throw new Error("typedoc could not read the sources");
  // A module is named by its file, until here.
  for (const module of project.children ?? []) module.name = module.name.replace("/src", "");
  rmSync(folder, { recursive: true, force: true });
  await app.outputs.writeOutput({ name: "markdown", path: folder }, project);
  return project;
}
