import type { Declarations, Link, ObjectDeclaration, WrittenField } from "../model/declaration.ts";
import type { PreviewRequest } from "../model/preview.ts";
import type { Node } from "../model/tree.ts";
import { slugOf } from "./slug.ts";

const PLACEHOLDER = /\{(number|branch|slug|sha)\}/g;

/** Placeholders that say nothing but which preview it is: they may stand where a credential is sent to. */
export const HARMLESS = ["{number}", "{slug}"];

/** A field of a `previewsOf` Link that has placeholders. */
export interface Placed {
  readonly kind: ObjectDeclaration["kind"];
  readonly id: string;
  readonly path: string;
  readonly placeholders: readonly string[];
  readonly field: WrittenField;
}

/** A text with placeholders filled in; one that this preview has no value for stays. */
export function fill(text: string, { source, sha }: PreviewRequest): string {
  const values: Readonly<Record<string, string | undefined>> = {
    number: source.kind === "pull" ? String(source.number) : undefined,
    // Whoever names a number need not name its branch.
    branch: source.branch || undefined,
    slug: source.branch ? slugOf(source.branch) : undefined,
    sha,
  };
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => values[name] ?? whole);
}

/** Declarations with the placeholders of Links for previews of a base filled in; and where they stand. */
export function fillLinks(
  declarations: Declarations,
  request: PreviewRequest,
): { readonly value: Declarations; readonly placed: readonly Placed[] } {
  const placed: Placed[] = [];
  const fillLink = (link: Link): Link => {
    const { to, overrides, object } = link;
    if (to.kind !== "previewsOf" || !to.names.some(({ value }) => value === request.base)) return link;
    const fields = overrides.fields.map((field) => {
      const placeholders = [...placeholdersIn(field.value)];
      if (placeholders.length === 0) return field;
      placed.push({ kind: object.kind, id: object.id.value, path: field.path, placeholders, field });
      return { ...field, value: fillNode(field.value, request) };
    });
    return { ...link, overrides: { ...overrides, fields } };
  };
  const value = {
    ...declarations,
    links: declarations.links.map(fillLink),
    objects: declarations.objects.map((one) => ({ ...one, links: one.links.map(fillLink) })),
  };
  return { value, placed };
}

function* placeholdersIn(node: Node): Generator<string> {
  if (node.kind === "map") for (const { value } of node.entries) yield* placeholdersIn(value);
  else if (node.kind === "seq") for (const item of node.items) yield* placeholdersIn(item);
  else if (node.kind === "scalar" && typeof node.value === "string") {
    for (const [whole] of node.value.matchAll(PLACEHOLDER)) yield whole;
  }
}

/** What is sealed stays as it is. */
function fillNode(node: Node, request: PreviewRequest): Node {
  switch (node.kind) {
    case "map":
      return {
        ...node,
        entries: node.entries.map((entry) => ({ ...entry, value: fillNode(entry.value, request) })),
      };
    case "seq":
      return { ...node, items: node.items.map((item) => fillNode(item, request)) };
    case "sealed":
      return node;
    case "scalar": {
      if (typeof node.value !== "string") return node;
      const text = fill(node.value, request);
      return text === node.value ? node : { ...node, value: text, source: text };
    }
  }
}
