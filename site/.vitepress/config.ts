import { posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import {
  defineConfig,
  type DefaultTheme,
  type MarkdownEnv,
  type UserConfig,
  type UserConfigFn,
} from "vitepress";
import { bundledWorker, resolvingFrom } from "../src/vite-plugins.js";
import { expandCharts } from "../src/expand-charts.js";
import { expandPlaygrounds } from "../src/expand-playgrounds.js";
import { libraries, pageOf, root, targetOf } from "../src/pages.js";
import { entries, withoutCode, withReferenceLink } from "../src/reference.js";
import { writeReference } from "../src/write-reference.js";
import { comingFrom, decisions, recipes, sections } from "../src/contents.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const tutorial: DefaultTheme.SidebarItem = {
  text: "Tutorial",
  items: sections.map(({ name, title }) => ({ text: title, link: `/tutorial/${name}` })),
};
const cookbook: DefaultTheme.SidebarItem = {
  text: "Recipes",
  items: [
    { text: "All recipes", link: "/recipes/" },
    ...recipes.map(({ name, title }) => ({ text: title, link: `/recipes/${name}` })),
  ],
};
const guide: DefaultTheme.SidebarItem = {
  text: "Guide",
  items: [
    { text: "The guide", link: "/guide" },
    { text: "Python's names, and ours", link: "/python" },
    { text: "Other libraries", link: "/libraries" },
    { text: "Pictures of tasks", link: "/inspect" },
    { text: "Jobs on other machines", link: "/distributed" },
  ],
};
const coming: DefaultTheme.SidebarItem = {
  text: "Coming from",
  items: [
    { text: "All seven", link: "/coming-from/" },
    ...comingFrom.map(({ name, title }) => ({ text: title, link: `/coming-from/${name}` })),
  ],
};
const packages: DefaultTheme.SidebarItem = {
  text: "Packages",
  items: libraries.map((name) => ({ text: name, link: `/packages/${name}` })),
};
const reference: DefaultTheme.SidebarItem = {
  text: "Reference",
  items: entries.map(({ page }) => ({ text: page, link: `/reference/${page}` })),
};
const measured: DefaultTheme.SidebarItem = {
  text: "What it does, and what it costs",
  items: [
    { text: "Benchmarks", link: "/benchmarks" },
    { text: "Benchmarks on Node 20", link: "/benchmarks-node-20" },
    { text: "What it costs, and why", link: "/performance" },
    { text: "Runtimes", link: "/runtimes" },
    { text: "Conformance with CPython", link: "/conformance" },
    { text: "Explored orders", link: "/explore" },
    { text: "Planted bugs", link: "/planted-bugs" },
    { text: "Coverage", link: "/coverage" },
    { text: "Mutation", link: "/mutation" },
  ],
};
const decided: DefaultTheme.SidebarItem = {
  text: "Decisions",
  items: decisions.map(({ name, title }) => ({ text: title, link: `/decisions/${name}` })),
};

/** As GitHub names the headings, since links between the pages are for both. */
function slugify(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

const config: UserConfig<DefaultTheme.Config> = defineConfig({
  title: "asyncio-ts",
  description: "Python's asyncio in TypeScript: tasks that stop, on plain async functions and generators",
  lang: "en",
  // Every site is below some path: that of a project's pages, unless another one is asked for.
  base: process.env["SITE_BASE"] ?? "/asyncio-ts/",
  // The pages of the repository are where they are read on GitHub, too.
  srcDir: "..",
  srcExclude: [
    "*.md",
    ".*/**",
    "docs/api-reports/**",
    "conformance/**",
    "scripts/**",
    "**/CHANGELOG.md",
    `packages/!(${libraries.join("|")})/**`,
    "site/README.md",
  ],
  outDir: "dist",
  cacheDir: "node_modules/.cache/vitepress",
  rewrites: (file) => pageOf(file) ?? file,
  cleanUrls: true,
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    anchor: { slugify },
    config(md) {
      md.core.ruler.before("normalize", "playgrounds", (state) => {
        state.src = expandCharts(expandPlaygrounds(state.src));
      });
      md.core.ruler.before("normalize", "reference", (state) => {
        const [, library] = /^packages\/([\w-]+)\.md$/.exec(state.env.relativePath ?? "") ?? [];
        if (library !== undefined) state.src = withReferenceLink(state.src, library);
      });
      md.core.ruler.push("links", ({ tokens, env }) => {
        const { path, realPath = path } = env as Partial<MarkdownEnv>;
        // A title is parsed without its page.
        if (realPath === undefined) return;
        const file = relative(root, realPath).split(sep).join(posix.sep);
        for (const [index, token] of tokens.entries()) {
          // Vite takes a bare path for a package.
          if (token.type === "html_block") {
            token.content = token.content.replaceAll(/(<img src=")(?=\w[^:"]*")/g, "$1./");
          }
          // The corner of a table is no header.
          const isCorner = token.type === "th_open" && tokens[index + 1]?.content === "";
          if (isCorner) for (const tag of [token, tokens[index + 2]]) if (tag !== undefined) tag.tag = "td";
        }
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const link = token.type === "link_open" ? token.attrGet("href") : null;
          if (link !== null) token.attrSet("href", targetOf(link, file));
        }
      });
    },
  },
  themeConfig: {
    nav: [
      { text: "Tutorial", link: `/tutorial/${sections[0].name}`, activeMatch: "/tutorial/" },
      { text: "Recipes", link: "/recipes/", activeMatch: "/recipes/" },
      { text: "Guide", link: "/guide" },
      { text: "Reference", link: "/reference/", activeMatch: "/reference/" },
      {
        text: "More",
        items: [
          { text: "Coming from another library", link: "/coming-from/", activeMatch: "/coming-from/" },
          { text: "Python's names, and ours", link: "/python" },
          { text: "Packages", link: "/packages/asyncio-ts", activeMatch: "/packages/" },
          { text: "Benchmarks", link: "/benchmarks" },
          { text: "Decisions", link: `/decisions/${decisions[0].name}`, activeMatch: "/decisions/" },
        ],
      },
    ],
    // No group can be folded: the theme's buttons for that have buttons in them.
    sidebar: {
      "/tutorial/": [tutorial, guide],
      "/recipes/": [cookbook, guide],
      "/coming-from/": [coming, guide],
      "/packages/": [packages, reference],
      "/reference/": [packages, reference],
      "/decisions/": [decided],
      "/": [guide, measured],
    },
    search: {
      provider: "local",
      options: {
        // The signatures and examples of the reference would double the index.
        _render: (source, env, md) => {
          const isReference = env.relativePath.startsWith("site/reference/");
          return md.render(isReference ? withoutCode(source) : source, env);
        },
      },
    },
    outline: { level: [2, 3] },
    socialLinks: [{ icon: "github", link: "https://github.com/asyncio-ts/asyncio-ts" }],
  },
  vite: {
    plugins: [bundledWorker(here("../src/worker/program-worker.ts")), resolvingFrom(here("./config.ts"))],
    // The folder of VitePress is the repository.
    publicDir: false,
  },
});

const withReference: UserConfigFn<DefaultTheme.Config> = async ({ command, mode }) => {
  // Before VitePress lists the pages; `pnpm site` only serves them.
  if (command === "build" || mode === "development") await writeReference();
  return config;
};

export default withReference;
