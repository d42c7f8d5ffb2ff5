import type {
  Approval,
  Cluster,
  Delivery,
  Deployment,
  Environment,
  Located,
  Previews,
  Workspace,
} from "../model/declaration.ts";
import { type Entry, type Node, nodeAt } from "../model/tree.ts";
import type { OwnDocument } from "./classify.ts";
import { itemsAt, locatedAt, mapAt, numberAt, recipient, specOf, textAt, textsAt, trueAt } from "./read.ts";

/** The Workspace of a valid document; `directory` is the folder of its file. */
export function workspace({ document }: OwnDocument): Workspace {
  const { root, file } = document;
  const spec = specOf(root);
  const uid = textAt(root, "metadata", "uid");
  return {
    name: nameOf(document.root),
    ...(uid !== undefined && { uid }),
    directory: file.path.includes("/") ? file.path.slice(0, file.path.lastIndexOf("/")) : "",
    sharing: textAt(spec, "sharing") === "all" ? "all" : "restricted",
    environments: byName(entries(spec, "environments").map(environment)),
    clusters: byName(entries(spec, "clusters").map(cluster)),
    pruneMax: textAt(spec, "prune", "max") ?? "20%",
    approvals: itemsAt(spec, "approvals").flatMap(approval),
    at: root.span,
  };
}

/** The Deployment of a valid document. */
export function deployment({ document }: OwnDocument): Deployment {
  const { root } = document;
  const spec = specOf(root);
  const name = nameOf(root);
  const missing: Located<string> = { value: "", at: name.at };
  const branch = textAt(spec, "branch");
  const paused = textAt(spec, "paused");
  const secretName = locatedAt(spec, "secretName");
  const renamedFrom = textAt(spec, "renamedFrom");
  const version = textAt(spec, "airflow", "version");
  const requirements = textAt(spec, "airflow", "requirements");
  const previewsNode = nodeAt(spec, "previews");
  const labels = mapAt(nodeAt(root, "metadata"), "labels");
  return {
    name,
    labels: new Map([...labels].map(([key, label]) => [key, label.value])),
    environment: locatedAt(spec, "environment") ?? missing,
    cluster: locatedAt(spec, "cluster") ?? missing,
    namespace: locatedAt(spec, "namespace") ?? missing,
    delivery: (textAt(spec, "delivery") ?? "file") as Delivery,
    airflow: {
      ...(version !== undefined && { version }),
      ...(requirements !== undefined && { requirements }),
    },
    ...(branch !== undefined && { branch }),
    ...(previewsNode && { previews: previews(previewsNode) }),
    ...(paused !== undefined && { paused }),
    ...(secretName && { secretName }),
    ...(renamedFrom !== undefined && { renamedFrom }),
    at: root.span,
  };
}

/** `metadata.name`, at its own place. */
export function nameOf(root: Node): Located<string> {
  return locatedAt(root, "metadata", "name") ?? { value: "", at: root.span };
}

function previews(node: Node): Previews {
  const maxAge = textAt(node, "maxAge");
  const limit = numberAt(node, "limit");
  return {
    namespace: textAt(node, "namespace") ?? "",
    ...(maxAge !== undefined && { maxAge }),
    ...(limit !== undefined && { limit }),
    never: textsAt(node, "never"),
    destinations: textsAt(node, "destinations").map((glob) => glob.value),
  };
}

function environment({ key, keySpan, value }: Entry): Environment {
  return {
    name: { value: key, at: keySpan },
    protected: trueAt(value, "protected"),
    recipients: itemsAt(value, "recipients").flatMap((item) => recipient(item) ?? []),
  };
}

function cluster({ key, keySpan, value }: Entry): Cluster {
  const context = textAt(value, "context");
  const uid = textAt(value, "uid");
  const directory = textAt(value, "directory");
  const mode = textAt(value, "mode");
  const group = nodeAt(value, "group");
  return {
    name: { value: key, at: keySpan },
    ...(context !== undefined && { context }),
    ...(uid !== undefined && { uid }),
    ...(directory !== undefined && { directory }),
    ...(mode !== undefined && { mode }),
    ...(group?.kind === "scalar" && { group: String(group.value) }),
  };
}

function approval(node: Node): readonly Approval[] {
  const name = locatedAt(node, "environment");
  if (!name) return [];
  const values = (key: string) => textsAt(node, key).map((text) => text.value);
  return [
    {
      environment: name,
      count: numberAt(node, "count") ?? 1,
      teams: values("teams"),
      users: values("users"),
    },
  ];
}

function entries(node: Node | undefined, key: string): readonly Entry[] {
  const found = nodeAt(node, key);
  return found?.kind === "map" ? found.entries : [];
}

function byName<T extends { readonly name: Located<string> }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name.value, item]));
}
