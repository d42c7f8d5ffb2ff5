import {
  type Alias,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type Document as YamlDocument,
  type Node as YamlNode,
} from "yaml";
import { type Checked, type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SourceFile, Span } from "../core/source.ts";
import type { Entry, MapNode, Node, ScalarNode, ScalarValue, SealedNode } from "../model/tree.ts";
import { syntaxReason } from "./syntax.ts";

export const MAX_DEPTH = 64;
/** Nodes that aliases may add to one document. */
const MAX_COPIES = 10_000;
/** How a SOPS ciphertext begins. */
export const SEALED_PREFIX = "ENC[AES256_GCM,";

// The tags of YAML 1.2's core schema. The library knows more, and would make objects of them.
const TAGS: ReadonlySet<string> = new Set([
  "!",
  ...["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
]);

interface Build {
  readonly file: SourceFile;
  readonly diagnostics: Diagnostic[];
  /** Anchors met so far, in document order; a later one of the same name takes over. */
  readonly anchors: Map<string, YamlNode>;
  /** Anchored nodes being expanded now; meeting one again is a cycle. */
  readonly open: Set<YamlNode>;
  copies: number;
}

/** Thrown to leave a document that cannot be read to its end; never leaves this file. */
class Unreadable extends Error {}

/**
 * The tree of one document. Aliases are copies, as SOPS takes them. The value is undefined if the document is
 * too deep or its aliases make too much of it.
 */
export function buildTree(yaml: YamlDocument, file: SourceFile): Checked<MapNode | undefined> {
  const build: Build = { file, diagnostics: [], anchors: new Map(), open: new Set(), copies: 0 };
  try {
    return { value: buildRoot(build, yaml), diagnostics: build.diagnostics };
  } catch (error) {
    if (error instanceof Unreadable) return { value: undefined, diagnostics: build.diagnostics };
    throw error;
  }
}

function buildRoot(build: Build, yaml: YamlDocument): MapNode {
  if (isMap(yaml.contents)) return buildMap(build, yaml.contents, 0);
  const start = yaml.contents?.range?.[0] ?? 0;
  return { kind: "map", span: { file: build.file, start, end: start }, entries: [] };
}

function buildNode(build: Build, node: YamlNode | null, depth: number, emptyAt: Span): Node {
  if (depth > MAX_DEPTH) give(build, diagnostic("JF105", emptyAt, { limit: MAX_DEPTH }));
  if (isAlias(node)) return buildAlias(build, node, depth);
  if (node?.tag && !TAGS.has(node.tag))
    giveSyntax(build, spanOf(build, node) ?? emptyAt, "TAG_RESOLVE_FAILED");
  if (node?.anchor && build.open.size === 0) build.anchors.set(node.anchor, node);
  if (build.open.size > 0 && ++build.copies > MAX_COPIES) {
    give(build, diagnostic("JF106", emptyAt, { limit: MAX_COPIES }));
  }
  if (isMap(node)) return buildMap(build, node, depth);
  if (isSeq(node)) {
    const items = node.items.map((item) => {
      const at = spanOf(build, item as YamlNode) ?? emptyAt;
      return buildNode(build, item as YamlNode, depth + 1, at);
    });
    return { kind: "seq", span: spanOf(build, node) ?? emptyAt, items };
  }
  return isScalar(node) ? buildScalar(build, node, emptyAt) : nullAt(emptyAt);
}

function buildMap(build: Build, map: YAMLMap, depth: number): MapNode {
  const entries: Entry[] = [];
  const seen = new Map<string, Span>();
  for (const pair of map.items as Pair<YamlNode, YamlNode | null>[]) {
    const entry = buildEntry(build, pair, depth);
    if (!entry) continue;
    const first = seen.get(entry.key);
    if (first) {
      const related = [{ at: first, message: "first set here" }];
      build.diagnostics.push(diagnostic("JF102", entry.keySpan, {}, { related, hint: "keep one of them" }));
      continue;
    }
    seen.set(entry.key, entry.keySpan);
    entries.push(entry);
  }
  return { kind: "map", span: spanOf(build, map) ?? startOf(build), entries };
}

function buildEntry(build: Build, pair: Pair<YamlNode, YamlNode | null>, depth: number): Entry | undefined {
  const keySpan = spanOf(build, pair.key) ?? startOf(build);
  if (!isScalar(pair.key) || pair.key.value === null) {
    build.diagnostics.push(diagnostic("JF108", keySpan, {}));
    return undefined;
  }
  const key = keyText(pair.key);
  if (key === "<<" && pair.key.type === "PLAIN") {
    const hint = "write the fields out, or share them with a Link";
    build.diagnostics.push(diagnostic("JF107", keySpan, {}, { hint }));
  }
  return { key, keySpan, value: buildNode(build, pair.value, depth + 1, keySpan) };
}

function buildAlias(build: Build, alias: Alias, depth: number): Node {
  const at = spanOf(build, alias) ?? startOf(build);
  const target = build.anchors.get(alias.source);
  if (!target) giveSyntax(build, at, "BAD_ALIAS");
  if (build.open.has(target)) {
    give(build, diagnostic("JF106", at, { limit: MAX_COPIES }, { hint: "write the value out" }));
  }
  build.open.add(target);
  const copy = buildNode(build, target, depth, at);
  build.open.delete(target);
  return { ...copy, span: at, alias: true };
}

function buildScalar(build: Build, node: Scalar, emptyAt: Span): ScalarNode | SealedNode {
  const span = spanOf(build, node);
  const text = node.source ?? "";
  if (typeof node.value === "string" && node.value.startsWith(SEALED_PREFIX)) {
    return { kind: "sealed", span: span ?? emptyAt, ciphertext: node.value };
  }
  // `!!str 5` is a text, as if it had quotes.
  const isText = node.tag === "!" || node.tag === "tag:yaml.org,2002:str";
  const style =
    node.type === "PLAIN" && !isText ? "plain" : node.type?.startsWith("BLOCK") ? "block" : "quoted";
  return {
    kind: "scalar",
    // An empty value has no width: its key stands for it.
    span: span && span.end > span.start ? span : emptyAt,
    value: node.value as ScalarValue,
    source: text,
    style,
  };
}

/** The key as written: `8080` and `"8080"` are one key, as for Airflow's JSON. */
function keyText(key: Scalar): string {
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

function nullAt(span: Span): ScalarNode {
  return { kind: "scalar", span, value: null, source: "", style: "plain" };
}

function spanOf(build: Build, node: YamlNode | null | undefined): Span | undefined {
  const range = node?.range;
  return range ? { file: build.file, start: range[0], end: range[1] } : undefined;
}

function startOf(build: Build): Span {
  return { file: build.file, start: 0, end: 0 };
}

function giveSyntax(build: Build, at: Span, code: ErrorCode): never {
  const { reason, hint } = syntaxReason(code);
  give(build, diagnostic("JF101", at, { reason }, { hint }));
}

function give(build: Build, trouble: Diagnostic): never {
  build.diagnostics.push(trouble);
  throw new Unreadable();
}
