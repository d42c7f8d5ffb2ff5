import { type Checked, type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import type { SourceFile } from "../../core/source.ts";
import { leaves, type Node, type ParsedFile } from "../../model/tree.ts";
import { parseFile } from "../../parse/parse.ts";
import type { OpenedText } from "../../sops/opened.ts";
import { holdsSealedComment } from "../../sops/unsealed-layout.ts";
import { aimFlags } from "./aim.ts";
import { openFor, type Ways } from "./open-for.ts";
import { secretsIn } from "./plain-credential.ts";
import { isUnopened } from "./sealed-files.ts";
import { credentialDraft, newCredentialPath, type Target } from "./target.ts";

/** What new values go into. */
export interface Base {
  readonly path: string;
  readonly text: string;
  /** Set: the text is the opened one's plain text, and what does not change keeps its ciphertext. Else all is sealed anew. */
  readonly opened: OpenedText | undefined;
  /** The plain text of the file as it is, if a key opened it. */
  readonly plain: Secret | undefined;
  /** What the file held: not to be printed. */
  readonly secrets: readonly Secret[];
  /** Nothing opened the file, and it has comments that are sealed: they go. */
  readonly losesComments: boolean;
}

/** The path of the file that the target's Credential stands in, or will. */
export function pathOfTarget(target: Target): string {
  return target.credential?.file.file.path ?? newCredentialPath(target);
}

/**
 * The text of the target's Credential file that values of these fields can be put into. A key that opens the file is used, so
 * that it is verified; without one it takes a value for everything that the file seals.
 */
export function baseOf(
  target: Target,
  fields: readonly string[],
  files: readonly SourceFile[],
  ways: Ways,
): Checked<Base | undefined> {
  const path = pathOfTarget(target);
  const source = files.find((file) => file.path === path);
  const file = source && parseFile(source).value;
  if (!target.credential && source) return refused([taken(target, path)]);
  if (!target.credential) return fine({ ...FRESH, path, text: credentialDraft(target) });
  // It was read a moment ago; the writer refuses what was changed since.
  if (!source || !file) return refused([diagnostic("JF022", undefined, { path })]);
  const kept = otherSecrets(file, target.credential.document.index, fields);
  // With all of it replaced nobody needs to be asked, and no reason is left to keep a data key that former readers may know.
  const { fallback } = ways;
  const { value, diagnostics } = openFor(file, { ...ways, fallback: kept.length > 0 ? fallback : undefined });
  if (value) {
    const { plain, opened, secrets } = value;
    const same = kept.length > 0 ? opened : undefined;
    return fine({ ...FRESH, path, text: plain.reveal(), opened: same, plain, secrets });
  }
  const isUnread = diagnostics.every(isKeyless);
  if (isUnread && kept.length === 0)
    return fine({ ...FRESH, path, text: source.text, losesComments: holdsSealedComment(source.text) });
  return refused([...diagnostics, ...(isUnread ? [keyNeeded(target, fields, kept)] : [])]);
}

/** True for what says that no key is at hand, and why, as opposed to that the file is wrong. */
function isKeyless(told: Diagnostic): boolean {
  return /^JF34[012]$/.test(told.code) || isUnopened(told);
}

const FRESH = { opened: undefined, plain: undefined, secrets: [], losesComments: false };

function fine(value: Base): Checked<Base> {
  return { value, diagnostics: [] };
}

function refused(diagnostics: readonly Diagnostic[]): Checked<undefined> {
  return { value: undefined, diagnostics };
}

function taken({ object }: Target, path: string): Diagnostic {
  const hint = `write the Credential of \`${object.id.value}\` into a file of another name, and \`jackfield secrets seal\` it`;
  return diagnostic("JF035", undefined, { path }, { hint });
}

/** What a file seals beside these fields of one of its Credentials. Outside `secrets` a Credential seals nothing. */
function otherSecrets(
  { documents }: ParsedFile,
  index: number,
  fields: readonly string[],
): readonly string[] {
  return documents.flatMap((document) => {
    if (document.index !== index)
      return sealedIn(document.root) ? [`${OTHERS}document ${document.index + 1}`] : [];
    const held = [...secretsIn(document)].filter(([, value]) => sealedIn(value));
    return held.map(([field]) => field).filter((field) => !fields.includes(field));
  });
}

function sealedIn(node: Node): boolean {
  return [...leaves(node)].some(({ kind }) => kind === "sealed");
}

const OTHERS = "those of ";

function keyNeeded(
  { object, aim, credential }: Target,
  fields: readonly string[],
  kept: readonly string[],
): Diagnostic {
  const isWhole = kept.every((one) => !one.startsWith(OTHERS));
  const words = [object.id.value, ...fields, ...kept].map(shellWord).join(" ");
  const hint = isWhole
    ? `with a value for each of them no key is needed: \`jackfield secrets set ${words} ${aimFlags(aim)}\``
    : "who can read the file sets it; a file of its own for each Credential needs no key";
  return diagnostic("JF033", credential?.at, { fields: kept.join(", ") }, { hint });
}

function shellWord(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
