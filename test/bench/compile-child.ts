import { parseAllDocuments } from "yaml";
import { compile } from "../../src/compile.ts";
import { hasErrors } from "../../src/core/diagnostic.ts";
import type { SourceFile } from "../../src/core/source.ts";
import { emit } from "../../src/emit/emit.ts";
import { secretsYaml } from "../../src/emit/manifests.ts";
import { makeEstate } from "./estate.ts";

// One measurement: `compile-child.ts jackfield|floor CONNECTIONS DEPLOYMENTS` prints seconds and peak memory.
const [what = "jackfield", connections = "0", deployments = "0"] = process.argv.slice(2);

/** The whole way, one Deployment at a time as `build` does it. */
function jackfield(files: readonly SourceFile[]): number {
  const compiled = compile(files);
  if (hasErrors(compiled.diagnostics)) throw new Error(compiled.diagnostics[0]?.message);
  const reveal = () => {
    throw new Error("nothing is sealed here");
  };
  let objects = 0;
  for (const { effective } of compiled.workspaces) {
    for (const { value, diagnostics } of emit(effective, reveal)) {
      if (!value) throw new Error(diagnostics[0]?.message);
      if (secretsYaml(value.manifests).reveal().length === 0) throw new Error("nothing emitted");
    }
    for (const { objects: own } of effective.deployments) objects += own.length;
  }
  return objects;
}

interface Plain {
  readonly metadata: { readonly name: string };
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly links?: readonly { readonly overrides: object }[];
  };
}

/** The least that could give the same output: parse, merge, encode; nothing is checked and nothing has a place. */
function floor(files: readonly SourceFile[]): number {
  const documents = files.flatMap(({ text }) => parseAllDocuments(text).map((one) => one.toJS() as Plain));
  const count = documents.filter(({ kind }) => kind === "Deployment").length;
  const objects = documents.filter(({ kind }) => kind === "Connection");
  let encoded = 0;
  for (let d = 0; d < count; d++) {
    const all: Record<string, unknown> = {};
    for (const { metadata, spec } of objects) {
      const { links = [], ...own } = spec;
      all[metadata.name] = Object.assign(
        {},
        own,
        ...links.filter((_, i) => (d + i) % 3 === 0).map((l) => l.overrides),
      );
      encoded++;
    }
    if (Buffer.from(JSON.stringify(all)).toString("base64").length === 0) throw new Error("nothing encoded");
  }
  return encoded;
}

const files = makeEstate({ connections: Number(connections), deployments: Number(deployments) });
const start = performance.now();
const objects = what === "floor" ? floor(files) : jackfield(files);
const seconds = (performance.now() - start) / 1000;
if (objects !== Number(connections) * Number(deployments)) throw new Error(`${objects} objects`);
process.stdout.write(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
