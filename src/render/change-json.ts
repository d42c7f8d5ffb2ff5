import type { Span } from "../core/source.ts";
import { positionAt } from "../core/source.ts";
import type { Change, FieldDifference, ObjectDifference } from "../model/change.ts";
import { countObjects } from "./change-words.ts";

/** A change as plain data, for `--format json`: no values but those that may be shown. */
export function changeJson(change: Change): unknown {
  const { id, tool, base, head, deployments, policy, risks, compared } = change;
  return {
    changeId: id,
    tool,
    base,
    head,
    compared,
    counts: countObjects(deployments),
    risks: risks.map(({ at, ...risk }) => ({ ...risk, ...place(at) })),
    policy: policy.map(({ at, ...difference }) => ({ ...difference, ...place(at) })),
    deployments: deployments.map(({ objects, identity: _, ...deployment }) => ({
      ...deployment,
      objects: objects.map(objectJson),
    })),
  };
}

function objectJson({ at, fields, ...object }: ObjectDifference): unknown {
  return { ...object, fields: fields.map(fieldJson), ...place(at) };
}

function fieldJson({ at, token: _, isSealed: sealed, ...field }: FieldDifference): unknown {
  return { ...field, sealed, ...place(at) };
}

function place(at: Span | undefined): { readonly file?: string; readonly line?: number } {
  return at ? { file: at.file.path, line: positionAt(at.file, at.start).line } : {};
}
