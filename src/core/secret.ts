import { inspect } from "node:util";

const MASK = "[secret]";

/**
 * A plain-text secret. It prints as `[secret]` through every channel (text, JSON, inspect, spread);
 * only `reveal()` gives the value, and only the emitter calls it.
 */
export class Secret {
  readonly #plain: string;

  constructor(plain: string) {
    this.#plain = plain;
  }

  /** The plain text. */
  reveal(): string {
    return this.#plain;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** True for a URL with a user or password in it (`scheme://user:password@host`): not to be shown, whatever its field. */
export function carriesCredentials(text: string): boolean {
  // People do not escape the slashes and blanks of a password.
  return /:\/\/.*@/s.test(text);
}
