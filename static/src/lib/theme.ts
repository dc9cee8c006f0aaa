import type { Theme } from "./model";

/** `?theme=dark` or `?theme=light` pins a screen at a stand; otherwise the viewer's preference decides. */
export function chosenTheme(): Theme {
  const wanted = new URLSearchParams(location.search).get("theme");
  return wanted === "dark" || wanted === "light" ? wanted : "auto";
}
