import type { Secret } from "../core/secret.ts";

/** What a sealed leaf holds: SOPS' label for its type, and its plain text as SOPS writes that type. */
export interface UnsealedValue {
  /** Not authenticated by SOPS: whoever uses the value judges whether the type fits. */
  readonly type: "str" | "int" | "float" | "bool" | "bytes" | "time";
  /** For `bytes` the base64 of them. */
  readonly secret: Secret;
}
