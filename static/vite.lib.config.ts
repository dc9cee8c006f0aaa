import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Each file says that it belongs to the browser's side of an app with server components. */
const BANNER = '"use client";';

// The same sources as a library: React stays outside, the stylesheet is one file beside the code, and the evidence
// drawer and its QR code are files of their own that are loaded when somebody opens them.
export default defineConfig({
  plugins: [react(), tailwindcss()],
  publicDir: false,
  build: {
    outDir: "lib",
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    license: { fileName: "THIRD-PARTY.md" },
    lib: { entry: "src/library.ts", cssFileName: "style" },
    rolldownOptions: {
      external: [/^react($|\/)/, /^react-dom($|\/)/],
      output: [
        { format: "es", entryFileNames: "index.js", chunkFileNames: "[name].js", banner: BANNER },
        { format: "cjs", entryFileNames: "index.cjs", chunkFileNames: "[name].cjs", banner: BANNER },
      ],
    },
  },
});
