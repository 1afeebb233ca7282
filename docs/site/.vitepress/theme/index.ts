import DefaultTheme from "vitepress/theme";
import { h } from "vue";
import "./contrast.css";
import VersionSelector from "./VersionSelector.vue";

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "nav-bar-content-after": () => h(VersionSelector) }),
};
