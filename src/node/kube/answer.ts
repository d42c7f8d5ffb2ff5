import type { IncomingHttpHeaders } from "node:http";

/** One answer of a server, as far as it can be made out. Nothing in here may be printed but through `words.ts`. */
export interface Reply {
  readonly status: number;
  /** The body; undefined: it is no JSON. */
  readonly json: unknown;
  /** Of the header `Retry-After`, in ms. */
  readonly retryAfter: number | undefined;
  /** The server's clock, in ms since 1970. */
  readonly date: number | undefined;
}

/** Reads an answer. */
export function replyOf(status: number, headers: IncomingHttpHeaders, body: Buffer): Reply {
  const seconds = headers["retry-after"];
  const date = Date.parse(headers.date ?? "");
  return {
    status,
    json: isJson(headers["content-type"]) ? jsonOf(body) : undefined,
    retryAfter: seconds !== undefined && /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined,
    date: Number.isNaN(date) ? undefined : date,
  };
}

function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(?:;|$)/i.test(type ?? "");
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A map of JSON; undefined if it is something else. */
export function mapOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, unknown>>)
    : undefined;
}

/** A text of JSON that is not empty; undefined if it is something else. */
export function textOf(json: unknown): string | undefined {
  return typeof json === "string" && json !== "" ? json : undefined;
}

/** What lies at the end of a path of keys; undefined if it ends earlier. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  let here = json;
  for (const key of path) {
    const map = mapOf(here);
    here = map && Object.hasOwn(map, key) ? map[key] : undefined;
  }
  return here;
}

/** True for a JSON object of this kind. */
export function isKind(json: unknown, apiVersion: string, kind: string): boolean {
  return at(json, "kind") === kind && at(json, "apiVersion") === apiVersion;
}

/** What a `Status` object says besides its text; undefined if it is none. */
export interface Status {
  readonly reason: string;
  /** What it is about: `secrets`, `namespaces`, … */
  readonly kind: string;
  readonly name: string;
  readonly causes: readonly { readonly reason: string; readonly field: string }[];
  /** Only ever looked into for words that are known. */
  readonly message: string;
}

export function statusOf(json: unknown): Status | undefined {
  if (!isKind(json, "v1", "Status")) return undefined;
  const causes = at(json, "details", "causes");
  return {
    reason: textOf(at(json, "reason")) ?? "",
    kind: textOf(at(json, "details", "kind")) ?? "",
    name: textOf(at(json, "details", "name")) ?? "",
    causes: (Array.isArray(causes) ? causes : []).map((cause: unknown) => ({
      reason: textOf(at(cause, "reason")) ?? "",
      field: textOf(at(cause, "field")) ?? "",
    })),
    message: textOf(at(json, "message")) ?? "",
  };
}

/** True if a server says that the object asked for is absent: not just any 404, which a proxy might give. */
export function isAbsent({ status, json }: Reply, kind: string, name: string): boolean {
  if (status !== 404) return false;
  const said = statusOf(json);
  return said?.reason === "NotFound" && said.kind === kind && said.name === name;
}
