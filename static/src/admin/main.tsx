import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { chosenTheme } from "../lib/theme";
import "../styles/admin.css";
import { AdminPage } from "./AdminPage";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <AdminPage theme={chosenTheme()} />
    </StrictMode>,
  );
}
