import type { Right } from "../cluster-ports.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { Delivery } from "../model/declaration.ts";
import { type Finding, fine, names, trouble } from "./finding.ts";

/** What one rule of a Role allows. */
export interface Rule {
  readonly apiGroups: readonly [Right["group"]];
  readonly resources: readonly [Right["resource"]];
  /** Absent: all of the namespace. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly Right["verb"][];
}

/** A manifest, as JSON and YAML have it. */
export interface RoleManifest {
  readonly apiVersion: "rbac.authorization.k8s.io/v1";
  readonly kind: "Role" | "ClusterRole";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

/** Whose Role it is. */
export interface Needy {
  readonly delivery: Delivery;
  readonly namespace: string;
  /** Its base name, which its Lease and its Role have, too. */
  readonly base: string;
  /** Of its fixed Secrets, whether it has them now or not: what is left of another delivery must go. */
  readonly secrets: readonly string[];
}

const READS: readonly Right["verb"][] = ["get", "list"];
const WRITES: readonly Right["verb"][] = ["create", "patch", "delete"];

/** All that plan and apply do for a Deployment, and nothing else (Kubernetes lets a create by `patch` be restricted to names). */
export function rulesFor({ delivery, base, secrets }: Needy): readonly Rule[] {
  const common = { apiGroups: [""], resources: ["secrets"] } as const;
  const own: Rule =
    delivery === "kubernetes"
      ? { ...common, verbs: ["get", "list", ...WRITES] }
      : { ...common, resourceNames: secrets, verbs: ["get", ...WRITES] };
  const lease: Rule = {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: [base],
    verbs: ["get", "create", "patch"],
  };
  return [own, lease];
}

/** Each right of some rules, one by one. */
export function rightsIn(rules: readonly Rule[], namespace: string): readonly Right[] {
  return rules.flatMap(({ apiGroups: [group], resources: [resource], resourceNames, verbs }) =>
    (resourceNames ?? [undefined]).flatMap((name) =>
      verbs.map((verb) => ({ group, resource, verb, namespace, ...(name !== undefined && { name }) })),
    ),
  );
}

/** The whole Role of a Deployment: to apply it twice changes nothing. */
export function roleFor(needy: Needy): RoleManifest {
  const { base: name, namespace } = needy;
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name, namespace },
    rules: rulesFor(needy),
  };
}

/** What lets us know a cluster from another one. */
export const IDENTITY_ROLE: RoleManifest = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "jackfield-cluster-uid" },
  rules: [{ apiGroups: [""], resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] }],
};

/** What is missing, told once for all verbs of one object. */
export function judgeRights(
  about: string,
  deployment: string,
  missing: readonly Right[],
): readonly Finding[] {
  if (missing.length === 0) return [fine(about, "rights", "we may do all that plan and apply need")];
  const byObject = Map.groupBy(missing, ({ resource, name }) => `${resource}\0${name ?? ""}`);
  return [...byObject.values()].map((rights) => {
    const [{ resource, name, namespace = "" }] = rights as [Right];
    const kind = resource === "leases" ? "Lease" : "Secret";
    const what = name === undefined ? `${kind}s` : `${kind} ${names([name])}`;
    const verbs = rights.map(({ verb }) => verb).join(", ");
    const role = "the Role that is told with this allows it; bind it to whoever runs Jackfield";
    const hint = rights.some(({ verb }) => READS.includes(verb)) ? role : `plan goes without; ${role}`;
    const params = { deployment, verbs, what, namespace };
    return trouble(about, "rights", diagnostic("JF676", undefined, params, { hint }));
  });
}
