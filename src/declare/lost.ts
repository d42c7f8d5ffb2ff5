import type { SourceFile } from "../core/source.ts";
import { OBJECT_KINDS, type ObjectKind, REFERENCE_KEY } from "../model/declaration.ts";
import type { OwnDocument } from "./classify.ts";
import { objectReference } from "./objects.ts";
import { nameOf } from "./policy.ts";
import { specOf } from "./read.ts";

/** What was declared, for all we can tell, by what cannot be used. One cause gives one diagnostic. */
export interface Lost {
  /** Names, as `Kind/name`. */
  readonly broken: ReadonlySet<string>;
  /** Objects, as `Kind/id`, that a Link or Credential is lost for. */
  readonly incomplete: ReadonlySet<string>;
}

/** `broken` are documents that validation refused, `unread` files of ours that do not parse. */
export function findLost(broken: readonly OwnDocument[], unread: readonly SourceFile[]): Lost {
  const names = broken.map(({ kind, document }) => `${kind}/${nameOf(document.root).value}`);
  const objects = broken.flatMap(({ kind, document }) => {
    const reference =
      kind === "Link" || kind === "Credential" ? objectReference(specOf(document.root)) : undefined;
    return reference ? [`${reference.kind}/${reference.id.value}`] : [];
  });
  return {
    broken: new Set([...names, ...unread.flatMap(namesIn)]),
    incomplete: new Set([...objects, ...unread.flatMap(referencesIn)]),
  };
}

const NAME = /\bname["']?:\s*["']?([^\s"',}]+)/g;
const REFERENCE = /\b(connection|variable|environmentVariable)["']?:\s*["']?([^\s"',}]+)/g;

function namesIn({ text }: SourceFile): readonly string[] {
  const kinds = ["Deployment", ...OBJECT_KINDS];
  return [...text.matchAll(NAME)].flatMap(([, name]) => kinds.map((kind) => `${kind}/${name}`));
}

function referencesIn({ text }: SourceFile): readonly string[] {
  const kinds = new Map<string | undefined, ObjectKind>(
    OBJECT_KINDS.map((kind) => [REFERENCE_KEY[kind], kind]),
  );
  return [...text.matchAll(REFERENCE)].map(([, key, id]) => `${kinds.get(key)}/${id}`);
}
