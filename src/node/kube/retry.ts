import { type Reply, statusOf } from "./answer.ts";

/** How long a request is tried, in ms. */
export interface Patience {
  /** Tries after the first. */
  readonly tries: number;
  /** The first pause; each one after doubles it. */
  readonly pause: number;
  /** No pause is longer, whatever the server asks for. */
  readonly longest: number;
  /** No try begins later than this after the first. */
  readonly total: number;
}

export const PATIENCE: Patience = { tries: 6, pause: 250, longest: 30_000, total: 90_000 };

/** How one try failed to bring an answer: the name that Node has for it. */
export interface Broken {
  readonly cause: string;
  /** Nothing of the request can have reached the server. */
  readonly isUnsent: boolean;
  /** It was on a connection that was kept since an earlier one, which the server may have closed meanwhile. */
  readonly wasKept: boolean;
}

// Failures that the next try would meet again.
const LASTING =
  /^(?:ENOTFOUND|EPROTO|ERR_TLS.*|ERR_SSL.*|CERT_.*|.*_CERT(?:_.*)?|.*SELF_SIGNED.*|HPE_.*|too-large|tls)$/;

/** True for a failure of TLS or a name, say, which stays until somebody mends it. */
export function isLasting(cause: string): boolean {
  return LASTING.test(cause);
}

/** What etcd says when it lost its leader: nothing is wrong with the request. */
const ETCD = /etcdserver: (?:leader changed|request timed out|no leader)|etcdserver: .*timed out/;

/**
 * True for an answer that may be another the next time. A 500 to a write often means that the request itself is at fault
 * (kubernetes/kubernetes#139253), and would be so again.
 */
export function isPassing({ status, json, retryAfter }: Reply, isRead: boolean): boolean {
  if (status === 429 || status === 502 || status === 503 || status === 504) return true;
  // Somebody else's write to the quota's count came between; ours was not looked at yet.
  if (status === 409) return statusOf(json)?.kind === "resourcequotas";
  if (status !== 500) return false;
  return isRead || retryAfter !== undefined || ETCD.test(statusOf(json)?.message ?? "");
}

/** True for an answer after which nobody knows whether a write was done. */
export function isUncertain({ status }: Reply): boolean {
  return status >= 500;
}

/**
 * How long to wait before a try, in ms. `turn`: the how-manieth request this is, which spreads those that failed together without
 * any dice.
 */
export function pauseBefore(
  { pause, longest }: Patience,
  tried: number,
  retryAfter: number | undefined,
  turn: number,
): number {
  const own = pause * 2 ** (tried - 1);
  const spread = 1 + (turn % 16) / 16;
  return Math.min(longest, Math.max(retryAfter ?? 0, own) * spread);
}
