import type { DirectoryState, KubernetesInspection, ServerVersion } from "../cluster-ports.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { MAX_STORED, MAX_VALUES, type Size, WARN_FROM } from "../emit/sizes.ts";
import { type Finding, fine, skipped, trouble } from "./finding.ts";

// What is judged of the places that Secrets go to.

const OLDEST: ServerVersion = { major: 1, minor: 20 };

export function judgeVersion(about: string, cluster: string, version: ServerVersion): Finding {
  const { major, minor } = version;
  const isOld = major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
  if (!isOld) return fine(about, "server", `it answers, and runs Kubernetes ${textOf(version)}`);
  const params = { cluster, version: textOf(version), oldest: textOf(OLDEST) };
  const hint = "plan first, and look at what it says";
  return trouble(about, "server", diagnostic("JF675", undefined, params, { hint }));
}

function textOf({ major, minor }: ServerVersion): string {
  return `${major}.${minor}`;
}

/** `uid`: what the cluster says of itself. */
export function judgeUid(about: string, cluster: string, declared: string | undefined, uid: string): Finding {
  if (declared === uid) return fine(about, "server", "it is the cluster with the declared `uid`");
  // What a server says is only told if it is what it must be.
  const told = /^[0-9a-f-]{36}$/.test(uid) ? `\`uid: ${uid}\`` : "the uid of its namespace `kube-system`";
  if (declared === undefined) {
    const hint = `write ${told} to the cluster in the Workspace`;
    return trouble(about, "server", diagnostic("JF674", undefined, { cluster }, { hint }));
  }
  const hint = `check the context; if this is the right cluster after all, it has ${told}`;
  return trouble(about, "server", diagnostic("JF615", undefined, { cluster }, { hint }));
}

export function judgeNamespace(
  about: string,
  where: { readonly namespace: string; readonly cluster: string },
  state: Awaited<ReturnType<KubernetesInspection["namespace"]>>,
): Finding {
  const name = `namespace \`${where.namespace}\``;
  if (state === "hidden") return skipped(about, "namespace", `nobody lets us see whether there is ${name}`);
  if (state === "there") return fine(about, "namespace", `${name} is there`);
  if (state === "leaving") return trouble(about, "namespace", diagnostic("JF708", undefined, where));
  const hint = "Jackfield makes no namespaces but those of previews: `kubectl create namespace`";
  return trouble(about, "namespace", diagnostic("JF707", undefined, where, { hint }));
}

/** One Secret, and what is in it. */
export interface SizedSecret extends Size {
  readonly name: string;
}

/** How near the fullest of a Deployment's Secrets is to what a cluster takes; undefined if none is known. */
export function judgeSizes(about: string, secrets: readonly SizedSecret[]): Finding {
  const shares = secrets.flatMap(({ name, values, stored }) => [
    { name, what: "values", bytes: values, limit: MAX_VALUES },
    { name, what: "keys and values", bytes: stored, limit: MAX_STORED },
  ]);
  const [first, ...others] = shares;
  if (!first) return skipped(about, "size", "no key opens its Secrets, and none is live to be measured");
  const part = ({ bytes, limit }: typeof first) => bytes / limit;
  const fullest = others.reduce((most, one) => (part(one) > part(most) ? one : most), first);
  const share = Math.floor(part(fullest) * 100);
  const { name, what, limit } = fullest;
  if (share < WARN_FROM) {
    const rest = secrets.length === 1 ? "" : `, the fullest of ${secrets.length},`;
    return fine(about, "size", `Secret \`${name}\`${rest} uses ${share} % of the ${limit} bytes for ${what}`);
  }
  const params = { secret: name, share, limit, what };
  const hint = "`delivery: kubernetes` makes one Secret for each object";
  return trouble(about, "size", diagnostic("JF677", undefined, params, { hint }));
}

/** The folder of a directory cluster. */
export function judgeDirectory(about: string, path: string, state: DirectoryState): readonly Finding[] {
  const told = (diagnosed: Diagnostic) => trouble(about, "directory", diagnosed);
  const { exists, isWritable, isExposed, hasMode, hasGroup, wantedMode } = state;
  const other = (what: string, hint: string) =>
    told(diagnostic("JF684", undefined, { path, what }, { hint }));
  const there = exists ? `\`${path}\` is there` : `\`${path}\` is not there yet: the first apply makes it`;
  return [
    isWritable
      ? fine(about, "directory", `${there}; we may write to it`)
      : told(
          diagnostic(
            "JF731",
            undefined,
            { path, reason: "EACCES" },
            { hint: "who runs Jackfield must own it" },
          ),
        ),
    isExposed
      ? told(diagnostic("JF005", undefined, { path }, { hint: "add it to `.gitignore`" }))
      : fine(about, "directory", "git does not see what lies in it"),
    ...(hasMode ? [] : [other("mode", `\`chmod ${wantedMode}\` it, and the folder of the namespace`)]),
    ...(hasGroup ? [] : [other("group", "`chgrp` it, and the folder of the namespace")]),
  ];
}
