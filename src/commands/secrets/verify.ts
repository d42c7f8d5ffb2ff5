import type { Compiled } from "../../compile.ts";
import { type Diagnostic, diagnostic, hasErrors, sortDiagnostics } from "../../core/diagnostic.ts";
import { classify } from "../../declare/classify.ts";
import { recipientKey } from "../../link/readers.ts";
import type { ParsedFile } from "../../model/tree.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import { parseFile } from "../../parse/parse.ts";
import type { Files, KeySource, NamedFiles, Progress, SopsProgram } from "../../ports.ts";
import { table } from "../../render/table.ts";
import { type Fallback, isWithoutKey, openByProgram } from "../../sops/by-program.ts";
import type { Identity } from "../../sops/identities.ts";
import { lintSealedFile } from "../../sops/lint.ts";
import { recipientsIn } from "../../sops/metadata.ts";
import { openWithKey } from "../../sops/open.ts";
import { count, type Estate, fallbackOf, isOutcome, type Narrowing, openEstate } from "../estate.ts";
import { inSteps, isUnopened, summedUp, type Wanted, wrongCall } from "./sealed-files.ts";

export interface VerifyPorts {
  readonly files: Files;
  readonly named: NamedFiles;
  readonly keys: KeySource;
  readonly progress: Progress;
  /** Set: the user lets it open what no key at hand opens. */
  readonly sops?: SopsProgram | undefined;
}

/** What came of one file. Nothing of a value. */
interface Verdict {
  readonly file: string;
  readonly verdict: "ok" | "failed" | "no key";
  readonly values?: number;
  readonly recipients?: number;
  readonly lastModified?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `jackfield secrets verify`: opens SOPS files, ours or not, and verifies every value, every recipient entry and the MAC;
 * of ours also what needs no key. All are tried, whatever comes of one.
 */
export function verify(ports: VerifyPorts, wanted: Wanted, narrowing: Narrowing): Outcome {
  const wrong = wrongCall(wanted, "verify");
  if (wrong) return wrong;
  const estate = wanted.all ? openEstate(ports.files, narrowing) : undefined;
  if (estate && isOutcome(estate)) return estate;
  const subjects = estate ? sealedSubjects(estate) : wanted.names.map((name) => namedSubject(ports, name));
  const found = ports.keys.identities();
  const fallback = estate ? fallbackOf(estate, ports.sops) : fallbackForNamed(ports, narrowing);
  const verdicts = inSteps(
    subjects,
    ({ path }) => path,
    ports.progress,
    (one) => judge(one, found.identities, fallback),
  );
  const unread = estate ? unreadable(estate) : [];
  const diagnostics = [
    ...unread,
    ...summedUp(
      verdicts.flatMap((one) => one.diagnostics),
      found,
    ),
  ];
  return {
    diagnostics: sortDiagnostics(diagnostics),
    result: { files: verdicts.map(({ diagnostics: _, ...told }) => told) },
    text: textOf(verdicts),
    compiled: estate?.compiled ?? readAs(subjects),
    ...(verdicts.some(({ verdict }) => verdict !== "ok") && { exit: EXIT.problems }),
  };
}

/** For code frames. */
function readAs(subjects: readonly Subject[]): Compiled {
  const parsed = subjects.flatMap(({ path, file }) => (file ? [[path, file] as const] : []));
  return { workspaces: [], unread: [], parsed: new Map(parsed), diagnostics: [] };
}

/** What the Workspaces around list matters only to the program: without it, named files are read and nothing else. */
function fallbackForNamed({ files, sops }: VerifyPorts, narrowing: Narrowing): Fallback | undefined {
  if (!sops) return undefined;
  const estate = openEstate(files, narrowing);
  return isOutcome(estate) ? { program: sops, listed: [] } : fallbackOf(estate, sops);
}

/** A file to verify, with what was found without a key. */
interface Subject {
  readonly path: string;
  /** Undefined: it cannot be read, or does not parse. */
  readonly file: ParsedFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Every sealed file of the Workspaces, and every one that should be. */
function sealedSubjects({ compiled, workspaces, diagnostics }: Estate): readonly Subject[] {
  const inSight = ({ file: { path } }: ParsedFile) =>
    workspaces.length === compiled.workspaces.length ||
    workspaces.some(({ declarations: { workspace } }) => isBelow(path, workspace.directory));
  return [...compiled.parsed.values()]
    .filter((file) => (isSealed(file) || holdsCredential(file)) && inSight(file))
    .map((parsed) => ({
      path: parsed.file.path,
      file: parsed,
      diagnostics: diagnostics.filter(({ at }) => at?.file === parsed.file),
    }));
}

function namedSubject({ named }: VerifyPorts, name: string): Subject {
  const { value: source, diagnostics } = named.read(name);
  if (!source) return { path: name, file: undefined, diagnostics };
  const { path } = source;
  if (!/\.(ya?ml|json)$/.test(path)) {
    const hint = "other formats of SOPS are not read";
    return { path, file: undefined, diagnostics: [diagnostic("JF023", undefined, { path }, { hint })] };
  }
  const { value: file, diagnostics: troubles } = parseFile(source);
  // Merge keys are none of our language, but SOPS seals them like any other key.
  const told = troubles.filter(({ code }) => code !== "JF107");
  return {
    path,
    file,
    diagnostics: file && holdsCredential(file) ? [...told, ...lintSealedFile(file)] : told,
  };
}

function isSealed({ documents }: ParsedFile): boolean {
  return documents.some(({ sops }) => sops);
}

function holdsCredential(file: ParsedFile): boolean {
  return classify(file).value.some(({ kind }) => kind === "Credential");
}

function isBelow(path: string, folder: string): boolean {
  return folder === "" || path.startsWith(`${folder}/`);
}

/** Of files that nobody can tell sealed or not. */
function unreadable({ compiled, diagnostics }: Estate): readonly Diagnostic[] {
  return diagnostics.filter(
    ({ at, severity }) => severity === "error" && at && !compiled.parsed.has(at.file.path),
  );
}

function judge(
  { path, file, diagnostics }: Subject,
  identities: readonly Identity[],
  fallback: Fallback | undefined,
): Verdict {
  if (!file || diagnostics.some(({ code }) => code === "JF301")) {
    return { file: path, verdict: "failed", diagnostics };
  }
  const own = openWithKey(file, identities);
  const { value: opened, diagnostics: troubles } =
    fallback && isWithoutKey(own.diagnostics) ? openByProgram(file, fallback) : own;
  const told = sortDiagnostics([...diagnostics, ...troubles]);
  if (!opened) {
    const isFailed = told.some((one) => one.severity === "error" && !isUnopened(one));
    return { file: path, verdict: isFailed ? "failed" : "no key", diagnostics: told };
  }
  return {
    file: path,
    verdict: hasErrors(told) ? "failed" : "ok",
    values: opened.values.size,
    recipients: new Set(recipientsIn(opened.metadata).map(({ value }) => recipientKey(value))).size,
    ...(opened.metadata.lastmodified && { lastModified: opened.metadata.lastmodified.value }),
    diagnostics: told,
  };
}

function textOf(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "no sealed files\n";
  const rows = verdicts.map(({ file, verdict, values, recipients, lastModified }) => [
    verdict,
    file,
    ...(values === undefined ? [] : [count(values, "value")]),
    ...(recipients === undefined ? [] : [count(recipients, "recipient")]),
    ...(lastModified === undefined ? [] : [`last modified ${lastModified}`]),
  ]);
  const number = (wanted: Verdict["verdict"]) => verdicts.filter(({ verdict }) => verdict === wanted).length;
  const parts = [
    `${number("ok")} ok`,
    ...(number("failed") > 0 ? [`${number("failed")} failed`] : []),
    ...(number("no key") > 0 ? [`${number("no key")} that no key at hand opens`] : []),
  ];
  return `${table(rows)}${count(verdicts.length, "file")}: ${parts.join(", ")}\n`;
}
