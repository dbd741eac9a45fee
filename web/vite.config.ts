import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";
import { translating } from "./translate.ts";

export default defineConfig({
  plugins: [translating(), solid({ ssr: false })],
  // Everything is served from the service's own root; no file is inlined as a data: address,
  // which the content security policy would refuse.
  build: {
    outDir: "../src/vedette/server/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    sourcemap: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node", css: true },
});
