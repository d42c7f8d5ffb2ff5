import { compile } from "../../compile.ts";
import { type Checked, diagnostic } from "../../core/diagnostic.ts";
import { EXIT, type Outcome } from "../../outcome.ts";
import type { Files, KeySource, Prompt, SopsProgram, TreeWriter } from "../../ports.ts";
import { visibleText } from "../../render/visible.ts";
import { type Estate, fallbackOf, isOutcome, openEstate } from "../estate.ts";
import { type AimOptions, aimOf, environmentsOf } from "./aim.ts";
import { type Base, baseOf } from "./base.ts";
import { sealEdited } from "./edit-check.ts";
import { wrongField } from "./fields.ts";
import { withValues } from "./plain-credential.ts";
import { readValues } from "./read-values.ts";
import { type Reviewed, recipientsGate } from "./recipients-gate.ts";
import { findTarget, holdsAny, isCredentialOf, type Target } from "./target.ts";
import { nothingDone } from "./workspace-files.ts";
import { written } from "./written.ts";

export interface SetPorts {
  readonly files: Files;
  readonly keys: KeySource;
  readonly prompt: Prompt;
  readonly writer: TreeWriter;
  readonly history: Reviewed;
  /** Set: the user lets it open and seal what we cannot. */
  readonly sops?: SopsProgram | undefined;
  readonly now: Date;
}

export interface SetRequest {
  readonly id: string;
  readonly kind?: string | undefined;
  readonly fields: readonly string[];
  readonly aim: AimOptions;
  readonly workspace: string | undefined;
  /** New recipients that are meant. */
  readonly accepted: readonly string[];
}

/**
 * `jackfield secrets set ID FIELD…`: puts values into the Credential that is for just these Deployments, or makes one in
 * the layout we teach. Needs no key where every sealed value of the file is given anew. The Workspaces are judged with it
 * first: an error that it would bring is told, and nothing is written.
 */
export async function set(ports: SetPorts, request: SetRequest): Promise<Outcome> {
  const { fields, workspace, accepted } = request;
  const aim = aimOf(request.aim);
  if ("result" in aim) return aim;
  const estate = openEstate(ports.files, { workspace });
  if (isOutcome(estate)) return estate;
  const target = findTarget(estate, { ...request, aim });
  if ("result" in target) return target;
  const wrong =
    wrongField(target, fields) ?? unreadable(target, estate) ?? unreviewed(ports, request, target, estate);
  if (wrong) return wrong;
  const { keys, sops, history, now } = ports;
  const files = ports.files.scan().value;
  const { value: base, diagnostics } = baseOf(target, fields, files, {
    keys,
    fallback: fallbackOf(estate, sops),
  });
  if (!base) return nothingDone(diagnostics, estate);
  const values = await readValues(ports.prompt, target, fields);
  const secrets = [...base.secrets, ...values.map(({ secret }) => secret)];
  const plain = withValues(base, target, values);
  if (plain.value !== undefined && plain.value === base.plain?.reveal())
    return { ...unchanged(base, estate), secrets };
  const judging = { ...base, files, accepted, history, sops, now };
  const sealed: Checked<string | undefined> =
    plain.value === undefined ? plain : sealEdited(plain.value, judging);
  if (sealed.value === undefined) return { ...nothingDone(sealed.diagnostics, estate), secrets };
  const before = target.credential?.file.file.text;
  ports.writer.replaceAll(new Map([[base.path, { before, after: sealed.value }]]));
  const after = compile([
    ...files.filter(({ path }) => path !== base.path),
    { path: base.path, text: sealed.value },
  ]);
  const [told] = written(
    after,
    base.path,
    (one) => isCredentialOf(one, target) && holdsAny(one, fields),
    fields,
  );
  const lost = base.losesComments
    ? "  comments  gone: they were sealed, and no key at hand opens them\n"
    : "";
  const text = `${told?.text ?? ""}${lost}`;
  return { diagnostics: [], result: told?.result ?? null, text, compiled: after, secrets };
}

/** Nobody is asked for a value that nobody could read. */
function unreadable({ workspace, aim }: Target, estate: Estate): Outcome | undefined {
  const environments = environmentsOf(workspace.declarations, aim);
  if (environments.some(({ recipients }) => recipients.length > 0)) return undefined;
  const quoted = environments.map(({ name }) => `\`${name.value}\``).join(", ");
  const names = `environment${environments.length === 1 ? "" : "s"} ${quoted}`;
  const hint =
    "list the public keys that may read it: `recipients: [age1…]`; `jackfield secrets keygen` makes one";
  return nothingDone(
    [diagnostic("JF432", environments[0]?.name.at, { environments: names }, { hint })],
    estate,
  );
}

/** Nor for one that would not be sealed: `sealEdited` asks the gate again, for what is written. */
function unreviewed(
  { history }: SetPorts,
  { accepted }: SetRequest,
  { workspace: { declarations }, aim }: Target,
  estate: Estate,
): Outcome | undefined {
  const environments = environmentsOf(declarations, aim).map(({ name }) => name.value);
  const refused = recipientsGate([{ declarations, environments }], accepted, history, estate.compiled);
  return refused && { ...refused, text: "nothing was written\n" };
}

function unchanged({ path }: Base, { compiled }: Estate): Outcome {
  const text = `${visibleText(path)}: that is what it holds already, nothing was written\n`;
  return { diagnostics: [], result: { file: path, changed: false }, text, compiled, exit: EXIT.ok };
}
