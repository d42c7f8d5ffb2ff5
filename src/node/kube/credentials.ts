/** What a request is signed with. */
export interface Signature {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A client certificate and its key, as PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** From when on, in ms since 1970, it is no longer taken. */
  readonly until?: number;
}

/** Who we are to one cluster. */
export interface Credentials {
  /** Throws PortFailure (JF703). */
  current(): Promise<Signature>;
  /** Another signature than one that the server did not take. Throws PortFailure. */
  renewed(refused: Signature): Promise<Signature>;
}

/** No signature is used that ends sooner than this, in ms. */
const MARGIN = 10_000;

/**
 * Signatures from a source that is slow, or runs a program: it is asked once however many requests wait, again when a signature
 * ends or is refused, and no more once it failed.
 */
export function createCredentials(load: () => Promise<Signature>): Credentials {
  let asked = undefined as Promise<Signature> | undefined;
  /** Asks again, unless somebody else did so while we looked at what there was. */
  const unless = async (isFit: (known: Signature) => boolean): Promise<Signature> => {
    asked ??= load();
    const before = asked;
    const known = await before;
    if (isFit(known)) return known;
    if (asked === before) asked = load();
    return asked;
  };
  return {
    current: () => unless(({ until }) => until === undefined || until - MARGIN > Date.now()),
    renewed: (refused) => unless((known) => known !== refused),
  };
}
