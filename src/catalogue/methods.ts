import type { ConnectionType } from "../model/connection-type.ts";

/** Which authentication method a connection uses, as far as its fields tell. */
export type ToldMethod =
  | { readonly kind: "told"; readonly method: string }
  | { readonly kind: "ambiguous"; readonly candidates: readonly string[] }
  /** None fits: the nearest one, and what it lacks; nothing lacking means that fields of several are mixed. */
  | { readonly kind: "none"; readonly nearest: string; readonly missing: readonly string[] };

/**
 * Tells the method from the paths that are present. One fits if all it requires is there, and nothing that belongs
 * to other methods only. Of several that fit, the one that requires all that the others do, and more, wins. Methods
 * that are `explicit` are never told, and never the nearest.
 */
export function tellMethod(type: ConnectionType, present: ReadonlySet<string>): ToldMethod {
  const all = Object.keys(type.methods);
  const [only] = all;
  if (only !== undefined && all.length === 1) return { kind: "told", method: only };
  const names = all.filter((name) => !type.methods[name]?.explicit);
  const fitting = names.filter((name) => fits(type, name, present));
  const [first] = fitting;
  if (first === undefined) return nearestMethod(type, names, present);
  const strongest = fitting.filter((name) =>
    fitting.every((other) => other === name || outranks(type, name, other)),
  );
  const winner = fitting.length === 1 ? first : strongest[0];
  return winner === undefined ? { kind: "ambiguous", candidates: fitting } : { kind: "told", method: winner };
}

/** The paths a method uses; paths that no method lists go with every one. */
export function pathsOf(type: ConnectionType, method: string): ReadonlySet<string> {
  const { required = [], optional = [] } = type.methods[method] ?? {};
  return new Set([...required, ...optional]);
}

/** The paths that any method lists. */
export function methodPaths(type: ConnectionType): ReadonlySet<string> {
  return new Set(Object.keys(type.methods).flatMap((name) => [...pathsOf(type, name)]));
}

function fits(type: ConnectionType, name: string, present: ReadonlySet<string>): boolean {
  return missingOf(type, name, present).length === 0 && foreignTo(type, name, present) === 0;
}

function missingOf(type: ConnectionType, name: string, present: ReadonlySet<string>): readonly string[] {
  return (type.methods[name]?.required ?? []).filter((path) => !present.has(path));
}

function foreignTo(type: ConnectionType, name: string, present: ReadonlySet<string>): number {
  const own = pathsOf(type, name);
  return [...methodPaths(type)].filter((path) => present.has(path) && !own.has(path)).length;
}

/** True if `name` requires all that `other` does, and more. */
function outranks(type: ConnectionType, name: string, other: string): boolean {
  const [mine, theirs] = [type.methods[name]?.required ?? [], type.methods[other]?.required ?? []];
  return mine.length > theirs.length && theirs.every((path) => mine.includes(path));
}

/** The method that fits best: least foreign to it, then most of it there, then least missing, then first listed. */
function nearestMethod(
  type: ConnectionType,
  names: readonly string[],
  present: ReadonlySet<string>,
): ToldMethod {
  const scored = names.map((name) => {
    const missing = missingOf(type, name, present);
    const there = (type.methods[name]?.required.length ?? 0) - missing.length;
    return { name, missing, score: [foreignTo(type, name, present), -there, missing.length] };
  });
  const [best] = [...scored].sort((a, b) => compareScores(a.score, b.score));
  return { kind: "none", nearest: best?.name ?? "", missing: best?.missing ?? [] };
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((score, i) => score !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
