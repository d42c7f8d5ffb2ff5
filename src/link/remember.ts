import type { Diagnostic } from "../core/diagnostic.ts";
import type { Deployment } from "../model/declaration.ts";
import type { Subject } from "./directory.ts";
import type { Selection } from "./layers.ts";
import { type Resolved, resolve } from "./resolve.ts";
import { checkWritten } from "./written.ts";

interface Resolution {
  readonly subject: Subject;
  readonly deployments: readonly Deployment[];
  readonly resolved: Resolved;
  readonly troubles: readonly Diagnostic[];
}

/** By the first of its objects: the last that was made of it. */
const LAST = new WeakMap<object, Resolution>();

/**
 * Checks and resolves a subject. Of two trees of one repo that share the very documents that a subject is made of, and the Deployments,
 * the work is done for one, and both share the effective objects.
 */
export function resolveOnce(
  subject: Subject,
  selection: Selection,
  report: (trouble: Diagnostic) => void,
): Resolved {
  const [own] = subject.own.values();
  const anchor = subject.shared ?? own;
  const last = anchor && LAST.get(anchor);
  const isKnown = last && isSame(last.subject, subject) && haveSame(last.deployments, selection.deployments);
  const resolution = isKnown ? last : resolveAnew(subject, selection);
  if (anchor) LAST.set(anchor, resolution);
  for (const trouble of resolution.troubles) report(trouble);
  return resolution.resolved;
}

function resolveAnew(subject: Subject, selection: Selection): Resolution {
  const troubles: Diagnostic[] = [];
  const report = (trouble: Diagnostic) => void troubles.push(trouble);
  checkWritten(subject, report);
  const resolved = resolve(subject, selection, report);
  return { subject, deployments: selection.deployments, resolved, troubles };
}

function isSame(one: Subject, other: Subject): boolean {
  return (
    one.shared === other.shared &&
    one.incomplete === other.incomplete &&
    haveSame(one.links, other.links) &&
    haveSame(one.credentials, other.credentials) &&
    haveSame([...one.own.values()], [...other.own.values()]) &&
    haveSame([...one.ownCredentials.values()].flat(), [...other.ownCredentials.values()].flat())
  );
}

function haveSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
