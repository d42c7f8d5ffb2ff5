import { type CharSet, isWordChar, type PathSyntax, readPathSyntax, type Unreadable } from "./path-syntax.ts";

/** The `path_regex` of a rule in `.sops.yaml`, as Go reads it. */
export interface PathPattern {
  /** Whether it is found anywhere in a path. Takes time by the length of the path times that of the pattern, never more. */
  readonly test: (path: string) => boolean;
  /** It is found in every path; if false, it may be. */
  readonly takesAll: boolean;
}

/** `refused`: Go does not compile it. `unknown`: we cannot judge it. */
export function readPathPattern(text: string): PathPattern | Unreadable {
  const syntax = readPathSyntax(text);
  if (typeof syntax === "string") return syntax;
  const steps = new Steps();
  steps.add(syntax);
  if (steps.all.length > MAX_STEPS) return "unknown";
  const program: readonly Step[] = [...steps.all, { kind: "found" }];
  return {
    test: (path) => isFound(program, path),
    takesAll: ANYTHING.test(text) || mayBeEmpty(program),
  };
}

const MAX_STEPS = 500;
/** One character or more, whichever: a path has one. */
const ANYTHING = /^\^?\.(?:[*+]\??\$?)?$/;

type Step =
  | { readonly kind: "char"; readonly has: CharSet }
  | { readonly kind: "at"; readonly place: Extract<PathSyntax, { kind: "at" }>["place"] }
  | { readonly kind: "go"; readonly to: readonly number[] }
  | { readonly kind: "found" };

/** A pattern as steps that follow each other; `go` leads elsewhere, to several at once. */
class Steps {
  readonly all: Step[] = [];

  add(node: PathSyntax): void {
    if (this.all.length > MAX_STEPS) return;
    if (node.kind === "all") for (const part of node.parts) this.add(part);
    else if (node.kind === "any") this.#addChoices(node.choices);
    else if (node.kind === "repeat") this.#addRepeat(node);
    else this.all.push(node);
  }

  #addChoices(choices: readonly PathSyntax[]): void {
    const [first, ...others] = choices;
    if (!first) return;
    if (others.length === 0) {
      this.add(first);
      return;
    }
    const fork = this.#hold();
    this.add(first);
    const leave = this.#hold();
    this.all[fork] = { kind: "go", to: [fork + 1, this.all.length] };
    this.#addChoices(others);
    this.all[leave] = { kind: "go", to: [this.all.length] };
  }

  #addRepeat({ of, min, max }: Extract<PathSyntax, { kind: "repeat" }>): void {
    for (let i = 0; i < min; i += 1) this.add(of);
    if (max === Number.POSITIVE_INFINITY) {
      const fork = this.#hold();
      this.add(of);
      this.all.push({ kind: "go", to: [fork] });
      this.all[fork] = { kind: "go", to: [fork + 1, this.all.length] };
      return;
    }
    const forks: number[] = [];
    for (let i = min; i < max && this.all.length <= MAX_STEPS; i += 1) {
      forks.push(this.#hold());
      this.add(of);
    }
    for (const fork of forks) this.all[fork] = { kind: "go", to: [fork + 1, this.all.length] };
  }

  /** A place for a step that is known later. */
  #hold(): number {
    return this.all.push({ kind: "go", to: [] }) - 1;
  }
}

type Place = (place: Extract<Step, { kind: "at" }>["place"]) => boolean;

/** All steps at once, character by character. */
function isFound(program: readonly Step[], path: string): boolean {
  const chars = [...path].map((char) => char.codePointAt(0) ?? 0);
  const isWord = (index: number) => isWordChar(chars[index] ?? 0);
  let reached: readonly number[] = [];
  for (let index = 0; index <= chars.length; index += 1) {
    const isBoundary = isWord(index - 1) !== isWord(index);
    const holds: Place = (place) => {
      if (place === "begin") return index === 0;
      if (place === "end") return index === chars.length;
      return (place === "boundary") === isBoundary;
    };
    const open = spread(program, [...reached, 0], holds);
    if (open.includes(program.length - 1)) return true;
    const char = chars[index] ?? 0;
    reached = open.flatMap((at) => {
      const step = program[at];
      return step?.kind === "char" && step.has(char) ? [at + 1] : [];
    });
  }
  return false;
}

/** True if nothing at all is found at the begin of any path. */
function mayBeEmpty(program: readonly Step[]): boolean {
  return spread(program, [0], (place) => place === "begin").includes(program.length - 1);
}

/** The steps that can be reached without reading a character. */
function spread(program: readonly Step[], from: readonly number[], holds: Place): readonly number[] {
  const seen = new Set(from);
  for (const at of seen) {
    const step = program[at];
    if (step?.kind === "go") for (const to of step.to) seen.add(to);
    else if (step?.kind === "at" && holds(step.place)) seen.add(at + 1);
  }
  return [...seen];
}
