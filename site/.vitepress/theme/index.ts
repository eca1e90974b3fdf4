import { h } from "vue";
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import FrontPage from "./FrontPage.vue";
import NotFound from "./NotFound.vue";
import Playground from "./Playground.vue";
import PythonNames from "./PythonNames.vue";
// oxlint-disable-next-line import/no-unassigned-import -- a style has no exports
import "./style.css";

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "not-found": () => h(NotFound) }),
  enhanceApp({ app }) {
    app.component("FrontPage", FrontPage);
    app.component("Playground", Playground);
    app.component("PythonNames", PythonNames);
  },
} satisfies Theme;
