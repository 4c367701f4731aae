import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

/** Beside each text file its .br and .gz: the server hands them out as they are. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    // What was written, since other plugins change what is generated to the last.
    writeBundle({ dir }, bundle) {
      for (const fileName of Object.keys(bundle).filter((name) => /\.(js|css|html|svg|json)$/.test(name))) {
        const path = join(dir ?? "dist", fileName);
        const source = readFileSync(path);
        if (source.length < 1024) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(source));
        writeFileSync(`${path}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}

const server = process.env.NURTURE_URL ?? "http://127.0.0.1:5080";

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Older targets have light-dark() rewritten into variables that nothing here sets.
  build: { chunkSizeWarningLimit: 800, cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"] },
  server: { proxy: { "/api": server, "/dev": server } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
