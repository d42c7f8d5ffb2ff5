import { readdirSync } from "node:fs";
import type { BenchResult } from "./bench.ts";

// `npm run bench -- NAME`: the bench's table, then one line of JSON with its metrics.
const benches = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".bench.ts"))
  .map((name) => name.replace(".bench.ts", ""));

const [name = ""] = process.argv.slice(2);
if (!benches.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME, where NAME is one of ${benches.join(", ")}\n`);
  process.exit(2);
}
const { run } = (await import(`./${name}.bench.ts`)) as { readonly run: () => Promise<BenchResult> };
const { table, metrics } = await run();
process.stdout.write(`${table}\n${JSON.stringify({ bench: name, metrics })}\n`);
