import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Theme } from "./lib/model";
import { readSnapshot } from "./lib/snapshot";
import { Page } from "./page/Page";
import "./styles/page.css";

/** `?theme=dark` or `?theme=light` pins a screen at a stand; otherwise the viewer's preference decides. */
function chosenTheme(): Theme {
  const wanted = new URLSearchParams(location.search).get("theme");
  return wanted === "dark" || wanted === "light" ? wanted : "auto";
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page
        url="/api/metrics"
        history="/api/history"
        initial={readSnapshot(document)}
        theme={chosenTheme()}
      />
    </StrictMode>,
  );
}
