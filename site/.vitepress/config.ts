import { posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type DefaultTheme, type MarkdownEnv, type UserConfig } from "vitepress";
import { bundledWorker, resolvingFrom } from "../src/vite-plugins.js";
import { expandPlaygrounds } from "../src/expand-playgrounds.js";
import { libraries, pageOf, root, targetOf } from "../src/pages.js";
import { comingFrom, decisions, sections } from "../src/contents.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const tutorial: DefaultTheme.SidebarItem = {
  text: "Tutorial",
  items: sections.map(({ name, title }) => ({ text: title, link: `/tutorial/${name}` })),
};
const guide: DefaultTheme.SidebarItem = {
  text: "Guide",
  items: [
    { text: "The guide", link: "/guide" },
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
    "docs/{api,api-reports}/**",
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
        state.src = expandPlaygrounds(state.src);
      });
      md.core.ruler.push("links", ({ tokens, env }) => {
        const { path: page, realPath: path = page } = env as Partial<MarkdownEnv>;
        // A title is parsed without its page.
        if (path === undefined) return;
        const file = relative(root, path).split(sep).join(posix.sep);
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
      { text: "Guide", link: "/guide" },
      { text: "Coming from", link: "/coming-from/", activeMatch: "/coming-from/" },
      { text: "Packages", link: "/packages/asyncio-ts", activeMatch: "/packages/" },
      { text: "Benchmarks", link: "/benchmarks" },
      { text: "Decisions", link: `/decisions/${decisions[0].name}`, activeMatch: "/decisions/" },
    ],
    // No group can be folded: the theme's buttons for that have buttons in them.
    sidebar: {
      "/tutorial/": [tutorial, guide],
      "/coming-from/": [coming, guide],
      "/packages/": [packages],
      "/decisions/": [decided],
      "/": [guide, measured],
    },
    search: { provider: "local" },
    outline: { level: [2, 3] },
    socialLinks: [{ icon: "github", link: "https://github.com/asyncio-ts/asyncio-ts" }],
  },
  vite: {
    plugins: [bundledWorker(here("../src/worker/program-worker.ts")), resolvingFrom(here("./config.ts"))],
    // The folder of VitePress is the repository.
    publicDir: false,
  },
});

export default config;
