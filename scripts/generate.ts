/**
 * Writes what is made from the schemas in `src/validate/schemas`: `schemas/*.json` for editors and
 * `src/validate/generated/validators.js` for the compiler. Run it with `node scripts/generate.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { editorSchemas } from "./editor-schemas.ts";
import { validatorModule } from "./validator-module.ts";

const root = new URL("../", import.meta.url);

mkdirSync(new URL("schemas/", root), { recursive: true });
for (const [name, text] of editorSchemas()) writeFileSync(new URL(`schemas/${name}`, root), text);
writeFileSync(new URL("src/validate/generated/validators.js", root), validatorModule());
