import * as crypto from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import packageJson from "../package.json" with { type: "json" };
import * as postQuantum from "../src/sops/post-quantum.ts";
import { generate } from "./generate.ts";

// Makes `dist/`: schemas and validators first, then the program as one file. CommonJS, because `require` gives
// Node's own modules several milliseconds faster than `import` does; what a command loads late runs late here too.
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What is loaded when the first of its functions is called: most commands decrypt nothing. */
const LATE = [
  // 6 ms.
  { filter: /^node:crypto$/, path: "crypto", functions: crypto },
  { filter: /\/post-quantum\.ts$/, path: "./src/sops/post-quantum.ts", functions: postQuantum },
];

const late: Plugin = {
  name: "late",
  setup({ onResolve, onLoad }) {
    for (const { filter, path, functions } of LATE) {
      onResolve({ filter }, ({ kind }) =>
        kind === "require-call" ? undefined : { path, namespace: "late" },
      );
      onLoad({ filter: /.*/, namespace: "late" }, (args) => {
        if (args.path !== path) return undefined;
        const names = Object.entries(functions).filter(([, value]) => typeof value === "function");
        const exports = names.map(([name]) => `export const ${name} = (...all) => load().${name}(...all);`);
        const load = `const load = () => require(${JSON.stringify(path)});`;
        return { contents: [load, ...exports].join("\n"), resolveDir: at(".") };
      });
    }
  },
};

/**
 * What nearly no run needs, as a file of its own: to read 1.3 MB takes 7 ms even where nothing of it is called. A package only: a class
 * of ours would be another class there.
 */
const APART = { entry: "@kubernetes/client-node/dist/config.js", file: "client-node.cjs" };

const apart: Plugin = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /^@kubernetes\/client-node\b/ }, ({ path }) => {
      if (path !== APART.entry) throw new Error(`${path} would be part of the program`);
      return { path: `./${APART.file}`, external: true };
    });
  },
};

generate();
// Made beside, and renamed into place: what runs meanwhile finds a whole program.
mkdirSync(at("dist"), { recursive: true });
const made = mkdtempSync(at("dist/.build-"));
const common: BuildOptions = {
  bundle: true,
  platform: "node",
  target: "node22",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "eof",
  logLevel: "warning",
};
const program: BuildOptions = {
  ...common,
  format: "cjs",
  define: {
    "process.env.JACKFIELD_VERSION": JSON.stringify(packageJson.version),
    "import.meta.url": "importMetaUrl",
  },
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [late, apart],
};
await build({ ...program, entryPoints: [at("src/main.ts")], outfile: join(made, "main.cjs") });
// The GitHub Action: what it is started with is downloaded by every job.
const action = { entryPoints: [at("src/action/main.ts")], outfile: join(made, "action.cjs"), minify: true };
await build({ ...program, ...action });
await build({
  ...common,
  stdin: { contents: `export { KubeConfig } from "${APART.entry}";`, resolveDir: at(".") },
  outfile: join(made, APART.file),
  format: "cjs",
  minify: true,
});
// The library `jackfield/sops`; its types come from tsconfig.types.json.
await build({
  ...common,
  entryPoints: [at("src/sops/index.ts")],
  outfile: join(made, "sops.js"),
  format: "esm",
  minifyWhitespace: false,
  // The packages in it are CommonJS.
  banner: {
    js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
for (const name of readdirSync(made)) renameSync(join(made, name), at(`dist/${name}`));
rmSync(made, { recursive: true });
