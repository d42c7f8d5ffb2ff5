import type { Diagnostic } from "../core/diagnostic.ts";
import { compareText } from "../core/source.ts";
import type { Deployment } from "../model/declaration.ts";

/** The Deployments a finding is about, in words; previews of one are named so. */
export type Members = readonly string[];

/**
 * Collects what is wrong with one object in some Deployments and says it once, naming all of them: one cause,
 * one diagnostic.
 */
export interface Findings {
  /** `key` tells one cause from another; `make` gets the Deployments in words. */
  add(key: string, members: Members, make: (where: string) => Diagnostic): void;
  report(diagnostic: Diagnostic): void;
  /** Everything collected; call once. */
  all(): readonly Diagnostic[];
}

export function createFindings(): Findings {
  const collected = new Map<string, { members: Set<string>; make: (where: string) => Diagnostic }>();
  const plain: Diagnostic[] = [];
  return {
    add(key, members, make) {
      const known = collected.get(key);
      if (known) for (const member of members) known.members.add(member);
      else collected.set(key, { members: new Set(members), make });
    },
    report(diagnostic) {
      plain.push(diagnostic);
    },
    all() {
      const made = [...collected].map(([key, { members: set, make }]) => {
        const members = [...set].sort(compareText);
        return { ...make(inWords(members)), cause: { key, members } };
      });
      return [...plain, ...made];
    },
  };
}

/** How a Deployment is named in findings. */
export function memberName(deployment: Deployment, preview: boolean): string {
  return preview ? `previews of \`${deployment.name.value}\`` : `\`${deployment.name.value}\``;
}

/** At most three are named. */
function inWords(members: readonly string[]): string {
  const named = members.slice(0, 3).join(", ");
  const more = members.length > 3 ? ` and ${members.length - 3} more` : "";
  const onlyPreviews = members.every((member) => member.startsWith("previews of"));
  return `${onlyPreviews ? "" : members.length === 1 ? "Deployment " : "Deployments "}${named}${more}`;
}
