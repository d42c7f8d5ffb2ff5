import { isDestination } from "../catalogue/destination.ts";
import { specOf, typeOf } from "../catalogue/index.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { destinationOf, holdsSecret } from "../destination/destination.ts";
import type { EffectiveDeployment, EffectiveObject } from "../model/effective.ts";
import { leaves } from "../model/tree.ts";
import { hostsIn, matchesHost } from "./hosts.ts";
import { HARMLESS, type Placed } from "./placeholders.ts";

/** A preview, and what its base allows. */
export interface Railed {
  /** As the head has it. */
  readonly head: EffectiveDeployment;
  /** The same preview as the default branch has it; undefined: there it is none. */
  readonly reviewed: EffectiveDeployment | undefined;
  readonly never: readonly string[];
  readonly destinations: readonly string[];
}

export interface Kept {
  readonly effective: EffectiveDeployment;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a preview gets (design: 3.5): all that its base gets, less `never`, and less every object whose sealed values would go elsewhere than
 * where the default branch sends them, but to hosts that the base allows. What is left out is named.
 */
export function keepInside({ head, reviewed, never, destinations }: Railed): Kept {
  const before = new Map(reviewed?.objects.map((one) => [`${one.kind}/${one.id}`, one]));
  const diagnostics: Diagnostic[] = [];
  const objects = head.objects.filter((object) => {
    const { kind, id, declaration } = object;
    const why = never.includes(id)
      ? "its base says `never`"
      : reasonAgainst(head, object, before.get(`${kind}/${id}`), reviewed, destinations);
    if (why === undefined) return true;
    diagnostics.push(diagnostic("JF785", declaration.id.at, { kind, id, why }));
    return false;
  });
  return { effective: { ...head, objects }, diagnostics };
}

function reasonAgainst(
  head: EffectiveDeployment,
  object: EffectiveObject,
  before: EffectiveObject | undefined,
  reviewed: EffectiveDeployment | undefined,
  destinations: readonly string[],
): string | undefined {
  if (!holdsSecret(object)) return undefined;
  if (!before || !reviewed)
    return "the default branch has it not, so it allows its credential no destination";
  const [from, to] = [destinationOf(reviewed.deployment, before), destinationOf(head.deployment, object)];
  const changed = [...new Set([...from.keys(), ...to.keys()])].filter(
    (path) => from.get(path) !== to.get(path),
  );
  const wrong = changed.filter((path) => !isAllowed(object, path, destinations));
  if (wrong.length === 0) return undefined;
  const fields = wrong.map((path) => `\`${path}\``).join(", ");
  return `its credential would be sent elsewhere than the default branch says (${fields})`;
}

/** A field that names a host, and every host in its new value matches. */
function isAllowed(
  { type, fields }: EffectiveObject,
  path: string,
  destinations: readonly string[],
): boolean {
  const known = type && typeOf(type.value);
  const field = fields.get(path);
  if (!known || !field || field.credential || !specOf(known, path)?.address) return false;
  const [leaf, ...more] = [...leaves(field.value)];
  if (leaf?.kind !== "scalar" || more.length > 0) return false;
  const hosts = hostsIn(String(leaf.value));
  return hosts?.every((host) => matchesHost(host, destinations)) ?? false;
}

/** Placeholders that a head chooses freely must not stand where a credential is sent to. */
export function checkPlaceholders(
  { objects }: EffectiveDeployment,
  placed: readonly Placed[],
): readonly Diagnostic[] {
  return placed.flatMap(({ kind, id, path, placeholders, field }) => {
    const object = objects.find((one) => one.kind === kind && one.id === id);
    const known = object?.type && typeOf(object.type.value);
    if (!object || kind !== "Connection" || (known && !isDestination(known, path))) return [];
    const placeholder = placeholders.find((one) => !HARMLESS.includes(one));
    if (placeholder === undefined) return [];
    const hint = "`{number}` and `{slug}` may stand there";
    return [diagnostic("JF784", field.keyAt, { placeholder, field: path }, { hint })];
  });
}
