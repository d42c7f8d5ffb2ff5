import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { PortFailure } from "../../ports.ts";
import { type Reply, type Status, statusOf } from "./answer.ts";

/** What a request is about, in our own words. */
export interface Target {
  /** What the Workspace calls the cluster. */
  readonly cluster: string;
  /** All that a Role must allow for it. */
  readonly verbs: readonly string[];
  readonly resource: "secrets" | "leases" | "namespaces" | "pods" | "selfsubjectaccessreviews" | "version";
  readonly namespace?: string;
  readonly name?: string;
  /** Its name is one of many that come and go, so a Role cannot tell them. */
  readonly isOneOfMany?: true;
}

/**
 * What an answer that is no success means. Of the server's own text nothing is told: it may quote what was sent. It is looked into
 * for words that tell one case from another.
 */
export function troubleOf(target: Target, reply: Reply): Diagnostic {
  const { status, json } = reply;
  const said = statusOf(json);
  if (status === 401) return unauthorized(target);
  if (status === 429)
    return diagnostic("JF715", undefined, { cluster: target.cluster, what: whatOf(target) });
  if (isTooLarge(status, said)) return tooLarge(target);
  if (status < 400 || (said === undefined && status < 500))
    return garbage(target, `it answers ${status} without a word of Kubernetes`);
  if (status === 403 && said) return forbidden(target, said);
  if (status === 404 && said?.kind === "namespaces" && target.namespace !== undefined) {
    const hint = "Jackfield makes no namespaces but those of previews";
    const params = { namespace: target.namespace, cluster: target.cluster };
    return diagnostic("JF707", undefined, params, { hint });
  }
  if ((status === 422 || status === 400) && said) return invalid(target, said);
  const reason = wordOf(said?.reason);
  const params = { cluster: target.cluster, what: whatOf(target), status, reason: reason && ` (${reason})` };
  return diagnostic("JF713", undefined, params);
}

function unauthorized({ cluster }: Target): Diagnostic {
  const hint = "they are of the right cluster and have not ended? `kubectl auth whoami` asks the same";
  return diagnostic("JF704", undefined, { cluster }, { hint });
}

function isTooLarge(status: number, said: Status | undefined): boolean {
  if (status === 413) return true;
  if (
    status === 422 &&
    said?.causes.some(({ reason, field }) => reason === "FieldValueTooLong" && field === "data")
  ) {
    return true;
  }
  // Both come from etcd, behind the server's own check of the values.
  return status === 500 && /ResourceExhausted|etcdserver: request is too large/.test(said?.message ?? "");
}

function tooLarge(target: Target): Diagnostic {
  const hint =
    "the values of one Secret may have 1 MiB, and fewer with thousands of keys; give the objects to several Deployments";
  return diagnostic("JF710", undefined, { what: whatOf(target), cluster: target.cluster }, { hint });
}

function forbidden(target: Target, said: Status): Diagnostic {
  const { cluster, namespace = "" } = target;
  if (said.causes.some(({ reason }) => reason === "NamespaceTerminating")) {
    return diagnostic("JF708", undefined, { namespace, cluster });
  }
  if (/exceeded quota/.test(said.message)) {
    return diagnostic("JF709", undefined, { what: whatOf(target), cluster });
  }
  const [, verb] = /cannot ([a-z]+) resource/.exec(said.message) ?? [];
  if (verb === undefined) return diagnostic("JF714", undefined, { what: whatOf(target), cluster });
  // Only a word that we know ourselves.
  const denied = target.verbs.includes(verb) ? verb : target.verbs.join(" and ");
  return diagnostic(
    "JF706",
    undefined,
    { cluster, verb: denied, what: whatOf(target) },
    { hint: `a ${namespace === "" ? "ClusterRole" : "Role"} must allow ${ruleOf(target)}` },
  );
}

/** The rule that a Role, or for what has no namespace a ClusterRole, must have. */
function ruleOf({ verbs, resource, name, namespace, isOneOfMany }: Target): string {
  const group = GROUPS[resource];
  const isNamed = name !== undefined && !isOneOfMany && !verbs.includes("list");
  const names = isNamed ? `, resourceNames: ["${name}"]` : "";
  // Where nothing is allowed, a server does not tell whether there is such a namespace.
  const where = namespace === undefined ? "" : ` in namespace \`${namespace}\`, which must be there`;
  const list = verbs.map((verb) => `"${verb}"`).join(", ");
  return `apiGroups: ["${group}"], resources: ["${resource}"]${names}, verbs: [${list}]${where}`;
}

const GROUPS: Readonly<Record<Target["resource"], string>> = {
  secrets: "",
  namespaces: "",
  pods: "",
  leases: "coordination.k8s.io",
  selfsubjectaccessreviews: "authorization.k8s.io",
  version: "",
};

/** Only where it is at fault is told: a path of keys, which are names. */
function invalid(target: Target, said: Status): Diagnostic {
  const fields = said.causes.map(({ field }) => field).filter((field) => /^[\w.[\]/"-]{1,300}$/.test(field));
  const where = [...new Set(fields)].join(", ") || wordOf(said.reason) || "no reason given";
  return diagnostic("JF711", undefined, { what: whatOf(target), cluster: target.cluster, fields: where });
}

/** A name that no object can have, told before any server is asked: in a path it would mean something else. */
export function illegalName(target: Target, field: string): Diagnostic {
  return diagnostic("JF711", undefined, { what: whatOf(target), cluster: target.cluster, fields: field });
}

/** What answers is no Kubernetes API, or not what was asked for: never taken for an empty answer. */
export function garbage({ cluster }: Pick<Target, "cluster">, reason: string): Diagnostic {
  const hint = "a proxy, a login page or another service may stand before it";
  return diagnostic("JF712", undefined, { cluster, reason }, { hint });
}

export function garbled(target: Pick<Target, "cluster">, reason: string): PortFailure {
  return new PortFailure(garbage(target, reason));
}

/** No answer came. `isWrite`: nobody knows what became of it. */
export function unreachable(target: Target, endpoint: string, cause: string): Diagnostic {
  const isTls = !(cause in WORDS) && /TLS|SSL|CERT|SELF_SIGNED/.test(cause);
  const reason = isTls
    ? `its certificate, or ours, is not accepted (${wordOf(cause)})`
    : (WORDS[cause] ?? `the connection failed (${wordOf(cause) || "unknown"})`);
  return diagnostic("JF705", undefined, { cluster: target.cluster, reason }, { hint: endpoint });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at its address",
  ECONNRESET: "the connection broke off",
  EPIPE: "the connection broke off",
  ETIMEDOUT: "no answer came in time",
  ENOTFOUND: "its host name is not known here",
  EAI_AGAIN: "its host name cannot be looked up now",
  EHOSTUNREACH: "no way leads to its network",
  ENETUNREACH: "no way leads to its network",
};

/** A word as servers and Node use them; empty if it may be something else. */
function wordOf(text: string | undefined): string {
  return text !== undefined && /^\w{1,60}$/.test(text) ? text : "";
}

function whatOf({ resource, namespace, name }: Target): string {
  const kind = KINDS[resource];
  const one = name === undefined ? kind.many : `${kind.one} \`${name}\``;
  return namespace === undefined ? one : `${one} in \`${namespace}\``;
}

const KINDS: Readonly<Record<Target["resource"], { readonly one: string; readonly many: string }>> = {
  secrets: { one: "Secret", many: "Secrets" },
  leases: { one: "Lease", many: "Leases" },
  namespaces: { one: "Namespace", many: "Namespaces" },
  pods: { one: "Pod", many: "Pods" },
  selfsubjectaccessreviews: { one: "question", many: "what we may do" },
  version: { one: "version", many: "its version" },
};
