import type { Span } from "../core/source.ts";
import {
  type Credential,
  type Link,
  type Located,
  type ObjectDeclaration,
  type ObjectKind,
  type ObjectReference,
  type Overrides,
  REFERENCE_KEY,
  type Sharing,
  type Workspace,
} from "../model/declaration.ts";
import { entryOf, type Node, nodeAt } from "../model/tree.ts";
import type { OwnDocument } from "./classify.ts";
import { nameOf } from "./policy.ts";
import { itemsAt, locatedAt, selector, specOf, textsAt, trueAt, writtenFields } from "./read.ts";

const CONNECTION_FIELDS = new Set(["host", "port", "login", "password", "schema", "extra"]);
const VALUE_FIELD = new Set(["value"]);

/** The field names that documents of a kind may write. */
export function fieldNames(kind: ObjectKind): ReadonlySet<string> {
  return kind === "Connection" ? CONNECTION_FIELDS : VALUE_FIELD;
}

/** The object of a valid document. Its sharing defaults to the Workspace's. */
export function object(own: OwnDocument, kind: ObjectKind, workspace: Workspace): ObjectDeclaration {
  const { root } = own.document;
  const spec = specOf(root);
  const id = nameOf(root);
  const deployment = locatedAt(root, "metadata", "deployment");
  const description = locatedAt(root, "metadata", "description");
  const sharing = locatedAt(spec, "sharing") ?? { value: workspace.sharing, at: id.at };
  const type = locatedAt(spec, "type");
  const auth = locatedAt(spec, "auth");
  const plain = textsAt(spec, "plain").map((key) => [key.value.replace(/^extra\./, ""), key] as const);
  return {
    kind,
    id,
    ...(deployment && { deployment }),
    ...(description && { description }),
    sharing: sharing as Located<Sharing>,
    exclude: itemsAt(spec, "exclude").map(selector),
    ...(type && { type }),
    ...(auth && { auth }),
    fields: writtenFields(spec, fieldNames(kind)),
    protect: trueAt(spec, "protect"),
    plain: new Map(plain),
    links: itemsAt(spec, "links").flatMap((node) => link(node, { kind, id }, undefined)),
    at: root.span,
  };
}

/** The Link of a valid document. */
export function standaloneLink({ document }: OwnDocument): readonly Link[] {
  const spec = specOf(document.root);
  const reference = objectReference(spec);
  return spec && reference ? link(spec, reference, locatedAt(document.root, "metadata", "name")) : [];
}

/** The Credential of a valid document. */
export function credential(own: OwnDocument): readonly Credential[] {
  const { document, file } = own;
  const spec = specOf(document.root);
  const reference = objectReference(spec);
  if (!spec || !reference) return [];
  const name = locatedAt(document.root, "metadata", "name");
  const deployment = locatedAt(document.root, "metadata", "deployment");
  const forNode = nodeAt(spec, "for");
  return [
    {
      ...(name && { name }),
      object: reference,
      ...(deployment && { deployment }),
      ...(forNode && { for: selector(forNode) }),
      secrets: writtenFields(nodeAt(spec, "secrets"), fieldNames(reference.kind)),
      document,
      file,
      at: entryOf(spec, REFERENCE_KEY[reference.kind])?.value.span ?? spec.span,
    },
  ];
}

function link(node: Node, object: ObjectReference, name: Located<string> | undefined): readonly Link[] {
  const to = entryOf(node, "to");
  if (!to) return [];
  const at: Span = to.value.span;
  const overrides = overridesOf(nodeAt(node, "overrides"), object.kind);
  return [{ ...(name && { name }), object, to: selector(to.value), overrides, at }];
}

function overridesOf(node: Node | undefined, kind: ObjectKind): Overrides {
  const type = locatedAt(node, "type");
  const auth = locatedAt(node, "auth");
  return {
    ...(type && { type }),
    ...(auth && { auth }),
    fields: writtenFields(node, fieldNames(kind)),
    unset: textsAt(node, "unset"),
  };
}

/** The object that the `spec` of a Link or Credential is about. */
export function objectReference(spec: Node | undefined): ObjectReference | undefined {
  for (const kind of Object.keys(REFERENCE_KEY) as ObjectKind[]) {
    const id = locatedAt(spec, REFERENCE_KEY[kind]);
    if (id) return { kind, id };
  }
  return undefined;
}
