import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import type { Located, Recipient } from "../model/declaration.ts";
import {
  type Document,
  entryOf,
  leaves,
  type MapNode,
  type Node,
  nodeAt,
  type ParsedFile,
  textOf,
} from "../model/tree.ts";
import { readAgeEntry } from "./age.ts";
import { entryTrouble } from "./data-key.ts";
import { checkForeignEntry, isForeignAge } from "./foreign.ts";
import { type AgeRecipient, readMetadata, recipientsIn, type SopsMetadata } from "./metadata.ts";
import { macOnly, missingPart } from "./open.ts";
import { compileScope } from "./scope.ts";
import { readSealed } from "./value.ts";
import { type ScopedLeaf, scopedLeaves } from "./walk.ts";

/** The one scope rule of our files (design: 3). */
export const SCOPE = { name: "encrypted_regex", text: "^secrets$" } as const;

/**
 * Judges a file that holds Credentials without any key (design: 3.2): sealed at all, by our one scope rule, under a MAC
 * that covers everything, with entries that hold the one recipient they name, and every value below `secrets` sealed.
 * Whether ciphertexts and MAC are genuine only a key can tell.
 */
export function lintSealedFile(file: ParsedFile): readonly Diagnostic[] {
  const first = file.documents.find(({ sops }) => sops);
  if (!first?.sops) return [notSealed(file)];
  const { value: metadata, diagnostics } = readMetadata(first.sops);
  if (!metadata) return diagnostics;
  const rule = checkRule(metadata);
  const troubles = [...checkBlocks(file, first.sops), ...rule, missingPart(metadata), macOnly(metadata)];
  const entries = checkEntries(metadata);
  // Under another rule other values are sealed: then that is the cause, and the leaves are not told one by one.
  const values = rule.length > 0 ? [] : file.documents.flatMap((document) => checkLeaves(document, file));
  return [
    ...troubles.filter((trouble) => trouble !== undefined),
    ...checkForms(metadata),
    ...entries,
    ...values,
  ];
}

/** The recipients that a sealed file names, each at its place; none if its metadata cannot be read. */
export function recipientsOf(file: ParsedFile): readonly Located<Recipient>[] {
  const sops = file.documents.find((document) => document.sops)?.sops;
  const metadata = sops && readMetadata(sops).value;
  return metadata ? recipientsIn(metadata) : [];
}

function notSealed(file: ParsedFile): Diagnostic {
  const credential = file.documents.find(({ root }) => textOf(nodeAt(root, "kind")) === "Credential");
  const spec = nodeAt(credential?.root, "spec");
  const at = entryOf(spec, "secrets")?.keySpan ?? credential?.root.entries[0]?.keySpan;
  const hint = `\`jackfield secrets seal ${file.file.path}\` seals it for the recipients of its environments`;
  return diagnostic("JF301", at ?? { file: file.file, start: 0, end: 0 }, {}, { hint });
}

/** SOPS reads the first document's block and writes the same into every one. */
function* checkBlocks(file: ParsedFile, sops: MapNode): Generator<Diagnostic> {
  const expected = outline(sops);
  for (const [index, document] of file.documents.entries()) {
    if (!document.sops) {
      const isNeeded = index === 0 || [...leaves(document.root)].some(({ kind }) => kind === "sealed");
      if (isNeeded) yield diagnostic("JF302", headOf(document), {});
    } else if (outline(document.sops) !== expected) {
      const related = [{ at: headOf({ ...document, root: sops }), message: "this one counts" }];
      yield diagnostic("JF303", headOf({ ...document, root: document.sops }), {}, { related });
    }
  }
}

function outline(node: Node): string {
  switch (node.kind) {
    case "map":
      return `{${node.entries.map(({ key, value }) => `${JSON.stringify(key)}:${outline(value)}`).join()}}`;
    case "seq":
      return `[${node.items.map(outline).join()}]`;
    case "sealed":
      return JSON.stringify(node.ciphertext);
    case "scalar":
      return JSON.stringify(node.source);
  }
}

function headOf({ root }: Document): Span {
  return root.entries[0]?.keySpan ?? root.span;
}

function checkRule({ rule, at }: SopsMetadata): readonly Diagnostic[] {
  if (rule?.name === SCOPE.name && rule.text === SCOPE.text) return [];
  const { path } = at.file;
  const hint = `\`sops decrypt --in-place ${path}\`, and then \`jackfield secrets seal ${path}\``;
  return [diagnostic("JF305", rule?.at ?? at, {}, { hint })];
}

function checkForms({ mac }: SopsMetadata): readonly Diagnostic[] {
  return mac && readSealed(mac.value)?.type !== "str" ? [diagnostic("JF309", mac.at, { what: "MAC" })] : [];
}

/** What is wrong with the wrapped keys of `age` recipients, as far as it shows without a key. */
export function checkEntries({ groups }: SopsMetadata): readonly Diagnostic[] {
  return groups.flatMap(({ age }) => age.flatMap((entry) => checkEntry(entry) ?? []));
}

function checkEntry({ recipient, enc: { value, at } }: AgeRecipient): Diagnostic | undefined {
  const foreign = isForeignAge(recipient.value);
  const read = foreign ? checkForeignEntry(value, recipient.value) : readAgeEntry(value);
  return typeof read === "string" ? entryTrouble(read, at) : undefined;
}

const RULE = compileScope(SCOPE);

function checkLeaves(document: Document, file: ParsedFile): readonly Diagnostic[] {
  if (!RULE) throw new Error("our own rule is safe");
  const isOurs = textOf(nodeAt(document.root, "apiVersion"))?.startsWith("jackfield.dev/") === true;
  return [...scopedLeaves(document, file, RULE)].flatMap((leaf) => checkLeaf(leaf, isOurs) ?? []);
}

/** In our own documents `null` and sealed values outside `secrets` are told by the stage before. */
function checkLeaf({ node, inScope }: ScopedLeaf, isOurs: boolean): Diagnostic | undefined {
  if (node.kind === "scalar") {
    if (!inScope || node.value === "" || node.value === null) return undefined;
    const hint = "take it out, and give it with `jackfield secrets set`, which seals it";
    return diagnostic("JF308", node.span, {}, { hint });
  }
  if (!inScope) return isOurs ? undefined : diagnostic("JF212", node.span, {});
  const sealed = readSealed(node.ciphertext);
  if (!sealed) return diagnostic("JF309", node.span, { what: "ciphertext" });
  if (sealed.type !== "comment" || !isOurs) return undefined;
  const hint = `SOPS makes an item of it: move it above the list's key, with \`jackfield secrets edit ${node.span.file.path}\``;
  return diagnostic("JF313", node.span, {}, { hint });
}
