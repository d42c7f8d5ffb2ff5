import { compareText } from "../core/source.ts";
import type { Node } from "../model/tree.ts";
import { typedText } from "../sops/scalars.ts";

/** A text that two values have in common if they are the same: what SOPS makes of them, whatever their layout. */
export function canonical(node: Node): string {
  switch (node.kind) {
    case "map": {
      const entries = [...node.entries].sort((a, b) => compareText(a.key, b.key));
      return `{${entries.map(({ key, value }) => `${JSON.stringify(key)}:${canonical(value)}`).join()}}`;
    }
    case "seq":
      return `[${node.items.map(canonical).join()}]`;
    case "sealed":
      return `sealed ${node.ciphertext}`;
    case "scalar": {
      const typed = typedText(node);
      return typed ? `${typed.type} ${JSON.stringify(typed.text)}` : "null";
    }
  }
}

/** True if both are the same, or both are absent. */
export function same(a: Node | undefined, b: Node | undefined): boolean {
  return (a && canonical(a)) === (b && canonical(b));
}
