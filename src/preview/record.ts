import { createHash } from "node:crypto";
import type { LiveNamespace, WantedNamespace } from "../cluster-ports.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import type { PreviewRecord, PreviewSource } from "../model/preview.ts";

/** The label of all namespaces of a Workspace's previews; its value is made of the Workspace's identity. */
export const PREVIEWS = "jackfield.dev/previews-of";
/** The label that says whose a namespace is: made of Workspace, repo and preview. */
export const PREVIEW_OWNER = "jackfield.dev/preview-owner";
/** The annotation that tells the rest. */
export const PREVIEW_RECORD = "jackfield.dev/preview";

const DIGITS = 40;

/** The value of `PREVIEWS`. */
export function previewsLabel(workspaceUid: string): string {
  return digest("previews", workspaceUid);
}

/** The value of `PREVIEW_OWNER`: two repos never have one preview. */
export function previewOwner({ workspaceUid, repo, deployment }: PreviewRecord): string {
  return digest("preview", workspaceUid, repo, deployment);
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, DIGITS);
}

/** The namespace of a preview, as it is made. */
export function wantedNamespace(name: string, workspace: string, record: PreviewRecord): WantedNamespace {
  return {
    name,
    labels: new Map([
      ["app.kubernetes.io/managed-by", "jackfield"],
      ["jackfield.dev/workspace", workspace],
      ["jackfield.dev/deployment", record.deployment],
      [PREVIEWS, previewsLabel(record.workspaceUid)],
      [PREVIEW_OWNER, previewOwner(record)],
    ]),
    annotations: recordAnnotations(record),
  };
}

export function recordAnnotations(record: PreviewRecord): ReadonlyMap<string, string> {
  return new Map([[PREVIEW_RECORD, JSON.stringify({ v: 1, ...record })]]);
}

/** What a namespace says of its preview; undefined: it is none of ours, or says what its owner label does not. */
export function readPreview({ labels, annotations }: LiveNamespace): PreviewRecord | undefined {
  const value = parseJson(annotations.get(PREVIEW_RECORD) ?? "");
  if (!isJsonObject(value) || value.v !== 1) return undefined;
  const { workspaceUid, repo, base, deployment, sha, policy, createdAt, expiresAt } = value;
  const source = sourceOf(value.source);
  const texts = [workspaceUid, repo, base, deployment, sha];
  if (!source || !texts.every((one) => typeof one === "string")) return undefined;
  if (typeof createdAt !== "number" || typeof expiresAt !== "number") return undefined;
  const record: PreviewRecord = {
    workspaceUid: String(workspaceUid),
    repo: String(repo),
    base: String(base),
    deployment: String(deployment),
    source,
    sha: String(sha),
    policy: typeof policy === "string" ? policy : undefined,
    createdAt,
    expiresAt,
  };
  const isOurs =
    labels.get(PREVIEW_OWNER) === previewOwner(record) &&
    labels.get(PREVIEWS) === previewsLabel(record.workspaceUid);
  return isOurs ? record : undefined;
}

function sourceOf(value: unknown): PreviewSource | undefined {
  if (!isJsonObject(value) || typeof value.branch !== "string") return undefined;
  if (value.kind === "branch") return { kind: "branch", branch: value.branch };
  if (value.kind !== "pull" || !Number.isSafeInteger(value.number)) return undefined;
  return { kind: "pull", number: Number(value.number), branch: value.branch };
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 604_800 };
const USUAL = "7d";
const MOST = 30 * 86_400;

/** How long a preview lives after its last update, in seconds: `maxAge` of its base, a week by default, thirty days at most. */
export function lifetimeOf(maxAge: string = USUAL): number {
  const unit = UNITS[maxAge.at(-1) ?? ""] ?? 0;
  return Math.min(MOST, Number.parseInt(maxAge, 10) * unit);
}
