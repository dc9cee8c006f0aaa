import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The same sources as a library: React stays outside, the stylesheet is one file beside the code.
export default defineConfig({
  plugins: [react(), tailwindcss()],
  publicDir: false,
  build: {
    outDir: "lib",
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    lib: {
      entry: "src/library.ts",
      formats: ["es", "cjs"],
      fileName: (format) => (format === "es" ? "index.js" : "index.cjs"),
      cssFileName: "style",
    },
    rolldownOptions: {
      external: [/^react($|\/)/, /^react-dom($|\/)/],
      output: { banner: '"use client";' },
    },
  },
});
