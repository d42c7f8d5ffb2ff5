import { isResidue, type LiveSecret, type WantedSecret } from "../../model/live.ts";
import { MANAGER } from "./live-secret.ts";

/** What a Secret carries that it is not to, and that applying leaves: names of keys. */
export interface Stray {
  readonly data: readonly string[];
  readonly annotations: readonly string[];
  readonly labels: readonly string[];
}

/**
 * All data that is not wanted, copies of it in annotations of other tools, and what bears our own name. Labels and annotations of
 * others are theirs to keep. `stays`: for keys of data, whether applying leaves it.
 */
export function strayOf(live: LiveSecret, wanted: WantedSecret, stays: (key: string) => boolean): Stray {
  const isOurs = (key: string) => key.startsWith(`${MANAGER}.dev/`);
  return {
    data: [...live.data.keys()].filter((key) => !wanted.data.has(key) && stays(key)),
    annotations: [...live.annotations.keys()].filter(
      (key) => !wanted.annotations.has(key) && (isResidue(key) || isOurs(key)),
    ),
    labels: [...live.labels.keys()].filter((key) => !wanted.labels.has(key) && isOurs(key)),
  };
}

/** True if there is any. */
export function isStray({ data, annotations, labels }: Stray): boolean {
  return data.length + annotations.length + labels.length > 0;
}

/** What a Secret is once that is gone. */
export function withoutStray(live: LiveSecret, stray: Stray): WantedSecret {
  const rest = <T>(map: ReadonlyMap<string, T>, gone: readonly string[]) =>
    new Map([...map].filter(([key]) => !gone.includes(key)));
  const annotations = [...rest(live.annotations, stray.annotations)];
  return {
    namespace: live.namespace,
    name: live.name,
    labels: rest(live.labels, stray.labels),
    annotations: new Map(annotations.map(([key, text]) => [key, text.reveal()])),
    data: rest(live.data, stray.data),
  };
}
