import { REFERENCE_KEY } from "../model/declaration.ts";
import { type Document, nodeAt, type ParsedFile, textOf } from "../model/tree.ts";
import { canonical } from "./same.ts";

/** One document in the versions of a file that have it. */
export interface DocumentVersions {
  readonly base: Document | undefined;
  readonly ours: Document | undefined;
  readonly theirs: Document | undefined;
  /** What people call it. */
  readonly label: string;
}

/**
 * Which documents of three files are one and the same: those of one kind and name. What a Credential is for and of is part of
 * its name: one that is for somebody else now is another one, so that nobody gets what was never meant for him.
 */
export function matchDocuments(
  base: ParsedFile | undefined,
  ours: ParsedFile,
  theirs: ParsedFile,
): readonly DocumentVersions[] {
  const [inBase, inOurs, inTheirs] = [identified(base), identified(ours), identified(theirs)];
  const all = new Set([...inOurs.keys(), ...inTheirs.keys(), ...inBase.keys()]);
  return [...all].map((identity) => {
    const versions = {
      base: inBase.get(identity),
      ours: inOurs.get(identity),
      theirs: inTheirs.get(identity),
    };
    const document = versions.ours ?? versions.theirs ?? versions.base;
    return { ...versions, label: document ? labelOf(document) : "" };
  });
}

/** Several of one identity are told apart by their order. */
function identified(file: ParsedFile | undefined): ReadonlyMap<string, Document> {
  const found = new Map<string, Document>();
  for (const document of file?.documents ?? []) {
    const identity = identityOf(document);
    let number = 0;
    while (found.has(`${identity} ${number}`)) number++;
    found.set(`${identity} ${number}`, document);
  }
  return found;
}

const SPEC_KEYS = [...Object.values(REFERENCE_KEY), "for"];

function identityOf({ root }: Document): string {
  const kind = textOf(nodeAt(root, "kind"));
  const metadata = ["name", "namespace", "deployment"].map((key) => nodeAt(root, "metadata", key));
  // Of a Link neither: what it selects is what people change in it.
  const named = kind === "Credential" ? SPEC_KEYS.map((key) => nodeAt(root, "spec", key)) : [];
  const parts = [nodeAt(root, "apiVersion"), nodeAt(root, "kind"), ...metadata, ...named];
  return JSON.stringify(parts.map((node) => (node ? canonical(node) : null)));
}

function labelOf({ root, index }: Document): string {
  const kind = textOf(nodeAt(root, "kind"));
  const references = Object.values(REFERENCE_KEY).map((key) => nodeAt(root, "spec", key));
  const name = [nodeAt(root, "metadata", "name"), ...references]
    .map(textOf)
    .find((text) => text !== undefined);
  const words = [kind, name].filter((word) => word !== undefined && /^[\w.-]+$/.test(word));
  return words.length === 2 ? words.join(" ") : `document ${index + 1}`;
}
