import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LiveMetrics } from "./LiveMetrics";
import { OwnMetrics } from "./OwnMetrics";

const url = new URLSearchParams(location.search).get("metrics");
const root = document.getElementById("root");
if (root && url) {
  createRoot(root).render(
    <StrictMode>
      <LiveMetrics url={url} />
      <OwnMetrics />
    </StrictMode>,
  );
}
