import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { readSnapshot } from "./lib/snapshot";
import { chosenTheme } from "./lib/theme";
import { Page } from "./page/Page";
import "./styles/page.css";

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
