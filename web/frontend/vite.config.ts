// One entry a page; Jinja reads the manifest (web/pages/assets.py). Icons become one sprite.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { ICONS } from "./icons.ts";

const here = import.meta.dirname;

function sprite(): Plugin {
  return {
    name: "sprite",
    generateBundle() {
      const symbols = ICONS.map((name) => {
        const file = resolve(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`);
        const inner = readFileSync(file, "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "");
        const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
        return `<symbol id="${name}" viewBox="0 0 24 24" ${stroke}>${inner.trim()}</symbol>`;
      });
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
      this.emitFile({ type: "asset", fileName: "icons.svg", source });
    },
  };
}

// Each file beside it as browsers take it: the server only hands them out (web/pages/assets.py).
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((one) => /\.(js|css|svg)$/.test(one))) {
        const file = resolve(dir ?? here, name);
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(content));
      }
    },
  };
}

const entries = readdirSync(resolve(here, "src")).filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));

export default defineConfig({
  root: here,
  base: "/assets/",
  // Two copies of it draw nothing together: the form editor brings an older one of its own.
  resolve: { dedupe: ["preact"] },
  logLevel: "warn",
  plugins: [sprite(), compressed()],
  build: {
    outDir: "dist",
    assetsDir: "",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // A data: URL in a style is allowed by the policy, a script in one is not.
    assetsInlineLimit: 4096,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: entries.map((name) => resolve(here, "src", name)),
      // htmx has an eval that our policy and its own setting `allowEval` keep from ever running.
      checks: { eval: false, pluginTimings: false },
    },
  },
});
