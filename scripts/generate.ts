/**
 * Writes what is made from the schemas in `src/validate/schemas` and the catalogue: `schemas/*.json` for
 * editors and `src/validate/generated/validators.js` for the compiler. Run it with `node scripts/generate.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { typeNames, typeOf } from "../src/catalogue/index.ts";
import type { ConnectionType } from "../src/model/connection-type.ts";
import { editorSchemas } from "./editor-schemas.ts";
import { validatorModule } from "./validator-module.ts";

const root = new URL("../", import.meta.url);

/** Every connection type of the catalogue, sorted by name. */
export function catalogueTypes(): readonly ConnectionType[] {
  return typeNames.flatMap((name) => typeOf(name) ?? []);
}

/** Writes every generated file. */
export function generate(): void {
  mkdirSync(new URL("schemas/", root), { recursive: true });
  for (const [name, text] of editorSchemas(catalogueTypes()))
    writeFileSync(new URL(`schemas/${name}`, root), text);
  writeFileSync(new URL("src/validate/generated/validators.js", root), validatorModule());
}

if (import.meta.main) generate();
