import * as crypto from "node:crypto";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import packageJson from "../package.json" with { type: "json" };
import { generate } from "./generate.ts";

// Makes `dist/`: schemas and validators first, then the program as one file. CommonJS, because `require` gives
// Node's own modules several milliseconds faster than `import` does; what a command loads late runs late here too.
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Loads node:crypto when its first function is called: most commands decrypt nothing, and it takes 6 ms. */
const lateCrypto: Plugin = {
  name: "late-crypto",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:crypto$/ }, ({ path }) => ({ path, namespace: "late" }));
    onLoad({ filter: /.*/, namespace: "late" }, () => {
      const functions = Object.entries(crypto).filter(([, value]) => typeof value === "function");
      const exports = functions.map(([name]) => `export const ${name} = (...all) => load().${name}(...all);`);
      return { contents: `const load = () => require("crypto");\n${exports.join("\n")}` };
    });
  },
};

generate();
rmSync(at("dist"), { recursive: true, force: true });
await build({
  entryPoints: [at("src/main.ts")],
  outfile: at("dist/main.cjs"),
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node22",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "eof",
  define: {
    "process.env.JACKFIELD_VERSION": JSON.stringify(packageJson.version),
    "import.meta.url": "importMetaUrl",
  },
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [lateCrypto],
  logLevel: "warning",
});
