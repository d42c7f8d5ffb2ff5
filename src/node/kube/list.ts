import { compareText } from "../../core/source.ts";
import { at, type Reply, textOf } from "./answer.ts";
import { demandKind, pathOf, read, type Session } from "./session.ts";
import { garbled, type Target } from "./trouble.ts";

const PAGE = 500;
/** Nothing of ours lists more than this many pages hold; who says so is not to be believed. */
const MAX_PAGES = 400;
/** A list that is older than some minutes cannot be read on, and is begun anew. */
const RESTARTS = 3;

/** What is listed, and how an item of it is read. */
export interface Listing<T> {
  readonly target: Target;
  /** `Secret`, say: the list is a `SecretList`. */
  readonly kind: string;
  /** `fieldSelector` or `labelSelector`, as it stands in a query. */
  readonly selector: string;
  /** Undefined: it is not what was asked for, or half of it. */
  readonly itemOf: (item: unknown) => T | undefined;
}

/** All of a list, sorted by name. Throws PortFailure. */
export async function listAll<T extends { readonly name: string }>(
  session: Session,
  listing: Listing<T>,
): Promise<readonly T[]> {
  for (let restarts = 0; ; restarts++) {
    const all = await listOnce(session, listing, restarts < RESTARTS);
    if (all) return [...all.values()].sort((a, b) => compareText(a.name, b.name));
  }
}

/** By name. Undefined: the server has forgotten the state of which the first pages told. */
async function listOnce<T extends { readonly name: string }>(
  session: Session,
  listing: Listing<T>,
  mayExpire: boolean,
): Promise<ReadonlyMap<string, T> | undefined> {
  const { target, kind, selector } = listing;
  const all = new Map<string, T>();
  const base = `${pathOf(target)}?limit=${PAGE}&${selector}`;
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const path = next === undefined ? base : `${base}&continue=${encodeURIComponent(next)}`;
    const isExpired = ({ status }: Reply) => mayExpire && status === 410 && next !== undefined;
    const reply = await read(session, target, path, isExpired);
    if (reply.status === 410) return undefined;
    for (const live of itemsOf(listing, reply)) all.set(live.name, live);
    next = textOf(at(reply.json, "metadata", "continue"));
    if (next === undefined) return all;
  }
  throw garbled(target, `its list of ${kind}s has no end`);
}

function itemsOf<T>({ target, kind, itemOf }: Listing<T>, reply: Reply): readonly T[] {
  const items = at(demandKind(reply, target, "v1", `${kind}List`), "items");
  if (!Array.isArray(items)) throw garbled(target, `it gives a ${kind}List without items`);
  return items.map((item: unknown) => {
    const live = itemOf(item);
    if (live === undefined) throw garbled(target, `it lists another ${kind}, or half of one`);
    return live;
  });
}
