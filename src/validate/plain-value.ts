import type { Node, ScalarValue } from "../model/tree.ts";

export type PlainValue =
  | Exclude<ScalarValue, bigint>
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/**
 * A tree as the value that a schema judges. Maps have no prototype, so a key like `__proto__` is only a key;
 * integers become numbers (what that rounds is far beyond every bound of ours); a sealed leaf is its text.
 */
export function plainValue(node: Node): PlainValue {
  switch (node.kind) {
    case "map": {
      const map: Record<string, PlainValue> = Object.create(null);
      for (const { key, value } of node.entries) map[key] = plainValue(value);
      return map;
    }
    case "seq":
      return node.items.map(plainValue);
    case "scalar":
      return typeof node.value === "bigint" ? Number(node.value) : node.value;
    case "sealed":
      return node.ciphertext;
  }
}
