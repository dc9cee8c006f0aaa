import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const SERVED = `<!--#echo var="date_gmt"-->`;

/** nginx fills data-served in; the built page has it in double quotes, which Vite's HTML parser would warn about. */
const servedDate: Plugin = {
  name: "served-date",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace(`data-served='${SERVED}'`, `data-served="${SERVED}"`),
  },
};

// The page is served under a Content-Security-Policy without inline script or style, so nothing may be inlined.
export default defineConfig({
  plugins: [react(), tailwindcss(), servedDate],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:8080" },
  },
  test: {
    // Files that render say so in their first line; the rest need no DOM and run without one.
    environment: "node",
    // Testing Library unmounts after each test only where it finds a global afterEach.
    globals: true,
    restoreMocks: true,
  },
});
