import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import packageJson from "../package.json" with { type: "json" };
import { generate } from "./generate.ts";

// Makes `dist/`: schemas and validators first, then one bundle with chunks for what commands load late.
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

generate();
rmSync(at("dist"), { recursive: true, force: true });
await build({
  entryPoints: [at("src/main.ts")],
  outdir: at("dist"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "eof",
  define: { "process.env.JACKFIELD_VERSION": JSON.stringify(packageJson.version) },
  // Bundled CommonJS packages ask for Node's own modules with `require`.
  banner: {
    js: 'import { createRequire as jackfieldRequire } from "node:module"; const require = jackfieldRequire(import.meta.url);',
  },
  logLevel: "warning",
});
