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
