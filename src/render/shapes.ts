import { specOf, typeOf } from "../catalogue/index.ts";
import { type ConnectionType, type FieldKind, STANDARD_FIELDS } from "../model/connection-type.ts";
import type { Kind, ObjectKind } from "../model/declaration.ts";
import { type MapNode, type Node, nodeAt, textOf } from "../model/tree.ts";

/** The type of the object that a document is about, if it is known. */
export type TypeOfObject = (kind: ObjectKind, id: string) => string | undefined;

/** What may be shown of a node. What no shape names is masked. */
export interface Shape {
  /** Its scalar, or the scalars of its list. */
  readonly scalar?: true;
  /** Its keys, and what may be shown below each. The items of a list have the same ones. */
  readonly keys?: Readonly<Record<string, ShapeOf>>;
  /** All its other keys are names that people give: shown, with this below each. */
  readonly names?: Shape;
}

/** A shape, or how to tell it from the node. */
export type ShapeOf = Shape | ((node: Node) => Shape);

const KEY_ONLY: Shape = {};
const SHOWN: Shape = { scalar: true };
const NAMED: Shape = { names: SHOWN };

const METADATA: Shape = {
  keys: { name: SHOWN, uid: SHOWN, description: SHOWN, deployment: SHOWN, labels: NAMED },
};

const SELECTOR: Shape = {
  keys: {
    all: SHOWN,
    environment: SHOWN,
    cluster: SHOWN,
    selector: NAMED,
    deployments: SHOWN,
    previewsOf: SHOWN,
  },
};

/** The parts of a key's name, as SOPS calls them; all are public. */
const SERVICE: Shape = {
  scalar: true,
  keys: shownKeys(
    "arn role aws_profile fp resource_id vault_url name version vault_address engine_path key_name key_id",
  ),
};

/** A recipient is public: a text, or a key service with a text or its parts. */
const RECIPIENT: Shape = {
  scalar: true,
  keys: {
    kms: SERVICE,
    pgp: SERVICE,
    gcp_kms: SERVICE,
    azure_kv: SERVICE,
    hc_vault: SERVICE,
    hckms: SERVICE,
  },
};

/** What SOPS writes beside the values: its keys, and of the rest only what is public by its form. */
export const SOPS: Shape = {
  keys: {
    age: {
      keys: { recipient: shownIf(/^(?:age1[0-9a-z+.-]+|ssh-(?:ed25519|rsa) AAAA[\w+/=]+)$/), enc: KEY_ONLY },
    },
    lastmodified: shownIf(/^[0-9TZ:.+-]{10,40}$/),
    version: shownIf(/^[0-9.]{1,20}$/),
    encrypted_regex: shownIf(/^\^secrets\$$/),
    mac: KEY_ONLY,
    mac_only_encrypted: KEY_ONLY,
  },
};

function shownIf(pattern: RegExp): (node: Node) => Shape {
  return (node) => (pattern.test(textOf(node) ?? "") ? SHOWN : KEY_ONLY);
}

function shownKeys(words: string): Readonly<Record<string, Shape>> {
  return Object.fromEntries(words.split(" ").map((word) => [word, SHOWN]));
}

/** A text that is no age recipient may be the private key, pasted by mistake. */
function recipientsShape(list: Node): Shape {
  const texts = list.kind === "seq" ? list.items.filter(({ kind }) => kind === "scalar") : [list];
  return texts.every((one) => /^(?:age1|ssh-(?:ed25519|rsa) AAAA)/.test(textOf(one) ?? ""))
    ? RECIPIENT
    : KEY_ONLY;
}

const WORKSPACE: Shape = {
  keys: {
    sharing: SHOWN,
    environments: { names: { keys: { protected: SHOWN, recipients: recipientsShape } } },
    clusters: {
      names: { keys: { context: SHOWN, uid: SHOWN, directory: SHOWN, mode: SHOWN, group: SHOWN } },
    },
    prune: { keys: { max: SHOWN } },
    approvals: { keys: { environment: SHOWN, count: SHOWN, teams: SHOWN, users: SHOWN } },
  },
};

const DEPLOYMENT: Shape = {
  keys: {
    environment: SHOWN,
    branch: SHOWN,
    cluster: SHOWN,
    namespace: SHOWN,
    delivery: SHOWN,
    airflow: { keys: { version: SHOWN, requirements: SHOWN } },
    previews: {
      keys: { namespace: SHOWN, maxAge: SHOWN, limit: SHOWN, never: SHOWN, destinations: SHOWN },
    },
    paused: SHOWN,
    secretName: SHOWN,
    renamedFrom: SHOWN,
  },
};

const REFERENCES = { connection: SHOWN, variable: SHOWN, environmentVariable: SHOWN };
const VALUE: Shape = { keys: { value: KEY_ONLY } };

/** What may be shown of a document of ours (design: 3.2). An unknown kind shows no more than its names. */
export function shapeOf(root: MapNode, typeOfObject: TypeOfObject): Shape {
  const spec = specShape(root, typeOfObject);
  return { keys: { apiVersion: SHOWN, kind: SHOWN, metadata: METADATA, spec } };
}

function specShape(root: MapNode, typeOfObject: TypeOfObject): Shape {
  // As written: it may be no kind at all.
  const kind = textOf(nodeAt(root, "kind")) as Kind;
  switch (kind) {
    case "Workspace":
      return WORKSPACE;
    case "Deployment":
      return DEPLOYMENT;
    case "Connection": {
      const type = textOf(nodeAt(root, "spec", "type"));
      return objectShape(connectionShape(type), overridesShape(type));
    }
    case "Variable":
    case "EnvironmentVariable":
      return objectShape(VALUE, VALUE);
    case "Link":
    case "Credential":
      return grantShape(nodeAt(root, "spec"), typeOfObject);
    default:
      return KEY_ONLY;
  }
}

function objectShape(own: Shape, overrides: ShapeOf): Shape {
  const exclude: Shape = { ...SELECTOR, scalar: true };
  const links: Shape = { keys: { to: SELECTOR, overrides } };
  return { keys: { ...own.keys, sharing: SHOWN, exclude, links, protect: SHOWN, plain: SHOWN } };
}

function grantShape(spec: Node | undefined, typeOfObject: TypeOfObject): Shape {
  const id = textOf(nodeAt(spec, "connection"));
  const isOther = [nodeAt(spec, "variable"), nodeAt(spec, "environmentVariable")].some(Boolean);
  const type = id === undefined ? undefined : typeOfObject("Connection", id);
  const overrides = id === undefined || isOther ? VALUE : overridesShape(type);
  const secrets = id === undefined || isOther ? VALUE : secretsShape(type);
  return { keys: { ...REFERENCES, to: SELECTOR, for: SELECTOR, overrides, secrets } };
}

function overridesShape(inherited: string | undefined): ShapeOf {
  return (node) => {
    const own = connectionShape(textOf(nodeAt(node, "type")) ?? inherited);
    return { keys: { ...own.keys, unset: SHOWN } };
  };
}

/** Fields of a connection: the values of those that the catalogue calls plain. */
function connectionShape(name: string | undefined): Shape {
  const type = name === undefined ? undefined : typeOf(name);
  const shape = (path: string) => (isPlain(type, path) ? SHOWN : KEY_ONLY);
  const standard = STANDARD_FIELDS.map((field) => [field, shape(field)] as const);
  const extra = extraKeys(type).map((key) => [key, shape(`extra.${key}`)] as const);
  return {
    keys: {
      type: SHOWN,
      auth: SHOWN,
      ...Object.fromEntries(standard),
      extra: { keys: Object.fromEntries(extra) },
    },
  };
}

/** The same fields sealed: their names only. */
function secretsShape(name: string | undefined): Shape {
  const type = name === undefined ? undefined : typeOf(name);
  const keyOnly = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, KEY_ONLY]));
  return { keys: { ...keyOnly(STANDARD_FIELDS), extra: { keys: keyOnly(extraKeys(type)) } } };
}

function extraKeys(type: ConnectionType | undefined): readonly string[] {
  const paths = Object.keys(type?.fields ?? {}).filter((path) => path.startsWith("extra."));
  return paths.map((path) => path.slice("extra.".length));
}

/** JSON in a text, and maps, hold what the catalogue knows nothing of. */
const SIMPLE_KINDS: readonly FieldKind[] = [
  "string",
  "integer",
  "number",
  "boolean",
  "boolean-or-string",
  "array",
];

/** True if the catalogue calls the field plain; of an unknown type, Airflow's own fields but the password are. */
function isPlain(type: ConnectionType | undefined, path: string): boolean {
  if (!type) return path !== "password";
  const spec = specOf(type, path);
  return spec !== undefined && !spec.secret && SIMPLE_KINDS.includes(spec.kind);
}
