import type { Risk } from "../model/change.ts";
import type { Credential } from "../model/declaration.ts";
import type { ParsedFile } from "../model/tree.ts";
import type { DeploymentPair } from "./deployments.ts";
import { count, risk } from "./risk.ts";
import type { Lookup, Pair, Side } from "./side.ts";

/** Sealed files that others can read than could before, by path. */
export function recipientChanges(
  pair: Pair,
  deployments: readonly DeploymentPair[],
  { recipientsOf }: Lookup,
): readonly Risk[] {
  const before = new Map(filesOf(pair.base).map((file) => [file.file.path, file]));
  return filesOf(pair.head).flatMap((file) => {
    const old = before.get(file.file.path);
    if (!old || old === file) return [];
    const keysOf = (one: ParsedFile) => new Set(recipientsOf(one).map(({ kind, id }) => `${kind} ${id}`));
    const [from, to] = [keysOf(old), keysOf(file)];
    const [more, less] = [beyond(to, from), beyond(from, to)];
    if (more + less === 0) return [];
    const message = `\`${file.file.path}\`: ${toldChange(more, less)}`;
    const at = file.documents.find(({ sopsKey }) => sopsKey)?.sopsKey;
    const drawing = deployments.filter(({ head }) =>
      head?.objects.some((one) => draws(one.fields.values(), file)),
    );
    return [risk({ kind: "recipients-changed", pair, deployments: drawing, message, at })];
  });
}

function beyond(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return [...one].filter((key) => !other.has(key)).length;
}

function toldChange(more: number, less: number): string {
  const parts = [
    more > 0 ? `${count(more, "key")} can read it that could not` : "",
    less > 0 ? `${count(less, "key")} cannot any more` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function filesOf(side: Side | undefined): readonly ParsedFile[] {
  return [...new Set(side?.declarations.credentials.map(({ file }) => file))];
}

function draws(fields: Iterable<{ readonly credential?: Credential }>, file: ParsedFile): boolean {
  return [...fields].some(({ credential }) => credential?.file === file);
}
