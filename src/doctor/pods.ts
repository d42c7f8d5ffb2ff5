import { diagnostic } from "../core/diagnostic.ts";
import type { Delivery } from "../model/declaration.ts";
import type { Container, Pod, SecretMount } from "../model/pod.ts";
import { count, type Finding, fine, names, skipped, trouble } from "./finding.ts";

/** How the pods of a namespace are to read a Deployment. */
export interface Reading {
  readonly about: string;
  readonly namespace: string;
  readonly delivery: Delivery;
  /** Of delivery `file`: the Secret to be mounted. */
  readonly file: string;
  /** The Secret for `envFrom`, if the Deployment has one. */
  readonly env?: string;
  /** When that was last written, in ms since 1970; absent: it is not there, or does not tell. */
  readonly envWrittenAt?: number;
}

/** Whether what is delivered reaches anybody. `pods` undefined: nobody lets us see them. */
export function judgePods(reading: Reading, pods: readonly Pod[] | undefined): readonly Finding[] {
  const { about, namespace } = reading;
  if (!pods) {
    return [skipped(about, "pods", `nobody lets us list the pods of \`${namespace}\`: not looked at`)];
  }
  if (pods.length === 0) return [skipped(about, "pods", `no pod runs in \`${namespace}\``)];
  return [
    ...(reading.delivery === "file" ? judgeMounts(reading, pods) : []),
    ...(reading.delivery === "kubernetes" ? judgeBackends(reading, pods) : []),
    ...(reading.env === undefined ? [] : judgeEnvironment(reading, reading.env, pods)),
  ];
}

/** A container, and the pod that it is in. */
interface Placed {
  readonly pod: string;
  readonly container: Container;
}

function containersOf(pods: readonly Pod[], isWanted: (container: Container) => boolean): readonly Placed[] {
  return pods.flatMap(({ name: pod, containers }) =>
    containers.filter(isWanted).map((container) => ({ pod, container })),
  );
}

function judgeMounts(reading: Reading, pods: readonly Pod[]): readonly Finding[] {
  const { about, file: secret, namespace } = reading;
  const mountsIn = ({ mounts }: Container) => mounts.filter((one) => one.secret === secret);
  const inPart = containersOf(pods, (one) => mountsIn(one).some(({ isPart }) => isPart));
  const whole = containersOf(pods, (one) => mountsIn(one).some(({ isPart }) => !isPart));
  const taken = containersOf(pods, ({ environment }) => environment.includes(secret));
  const told: Finding[] = [];
  const tell = (code: "JF678" | "JF679", where: readonly Placed[], hint: string) => {
    if (where.length === 0) return;
    told.push(
      trouble(about, "pods", diagnostic(code, undefined, { secret, pods: podsText(where) }, { hint })),
    );
  };
  tell("JF678", inPart, "mount it as a folder, as the `values.yaml` of `jackfield build` does");
  tell("JF679", taken, "mount it as a folder; `delivery: env` is for the environment");
  if (whole.length > 0) return [...told, ...judgeReaders(reading, pods, whole)];
  const hint = "the `values.yaml` of `jackfield build` mounts it where Airflow looks things up";
  const params = { namespace, uses: "mounts as a folder", secret };
  return [...told, trouble(about, "pods", diagnostic("JF680", undefined, params, { hint }))];
}

/** Of containers that have the folder: whether Airflow is told to look there. */
function judgeReaders(
  { about, file: secret, env }: Reading,
  pods: readonly Pod[],
  whole: readonly Placed[],
): readonly Finding[] {
  const others = new Set(
    containersOf(pods, ({ isAirflow }) => isAirflow)
      .map(({ pod }) => pod)
      .filter((pod) => !whole.some((one) => one.pod === pod)),
  );
  const rest = others.size === 0 ? "" : `; ${count(others.size, "other pod")} of Airflow without it`;
  const mounted = fine(
    about,
    "pods",
    `Secret \`${secret}\` is mounted as a folder in ${podsText(whole)}${rest}`,
  );
  const states = whole.map((one) => ({ ...one, state: readerState(one.container, secret, env) }));
  const having = (state: ReaderState) => states.filter((one) => one.state === state);
  const found: Finding[] = [mounted];
  const [unset, astray, unseen] = [having("no-backend"), having("astray"), having("unseen")];
  if (unset.length > 0) found.push(backendMissing(about, "LocalFilesystemBackend", unset));
  if (astray.length > 0) {
    const hint = "`connections_file_path` and `variables_file_path` are to name files in the mounted folder";
    const params = { secret, pods: podsText(astray) };
    found.push(trouble(about, "pods", diagnostic("JF682", undefined, params, { hint })));
  }
  if (unseen.length > 0) found.push(backendUnseen(about, unseen));
  return found;
}

function backendMissing(about: string, backend: string, where: readonly Placed[]): Finding {
  const hint = "the `values.yaml` of `jackfield build` sets it; one in `airflow.cfg` is not seen from here";
  return trouble(about, "pods", diagnostic("JF681", undefined, { backend, pods: podsText(where) }, { hint }));
}

function backendUnseen(about: string, where: readonly Placed[]): Finding {
  return skipped(about, "pods", `the secrets backend of ${podsText(where)} is set where we do not look`);
}

type ReaderState = "fine" | "unseen" | "no-backend" | "astray";

function readerState(container: Container, secret: string, env: string | undefined): ReaderState {
  const { kwargs, mounts } = container;
  const backend = backendState(container, "LocalFilesystemBackend", env);
  if (backend !== "fine") return backend;
  if (kwargs === "unseen") return "unseen";
  const own = mounts.filter((one) => one.secret === secret && !one.isPart);
  const leads = (path: string | undefined, key: string) =>
    path !== undefined && own.some((mount) => pathOf(mount, key) === path);
  const isThere =
    leads(kwargs?.connections, "connections.json") &&
    (kwargs?.variables === undefined || leads(kwargs.variables, "variables.json"));
  return isThere ? "fine" : "astray";
}

/** Where a key of a mounted Secret is found; undefined: nowhere. */
function pathOf({ path, items }: SecretMount, key: string): string | undefined {
  const name = items ? items.get(key) : key;
  return name === undefined ? undefined : `${path}/${name}`;
}

function backendState(
  { backend, whole, hasUnseen }: Container,
  wanted: string,
  env: string | undefined,
): Exclude<ReaderState, "astray"> {
  if (backend === "unseen") return "unseen";
  if (backend) return backend.class === wanted ? "fine" : "no-backend";
  return hasUnseen || whole.some((one) => one !== env) ? "unseen" : "no-backend";
}

/** Sidecars need no backend: one container of each pod of Airflow will do. */
function judgeBackends(reading: Reading, pods: readonly Pod[]): readonly Finding[] {
  const { about, namespace, env } = reading;
  const backend = "KubernetesSecretsBackend";
  const best = pods.flatMap(({ name: pod, containers }) => {
    const states = containers
      .filter(({ isAirflow }) => isAirflow)
      .map((container) => ({ pod, container, state: backendState(container, backend, env) }));
    const order = ["fine", "unseen", "no-backend"] as const;
    return order.flatMap((state) => states.find((one) => one.state === state) ?? []).slice(0, 1);
  });
  if (best.length === 0) return [skipped(about, "pods", `no pod in \`${namespace}\` looks like Airflow's`)];
  const having = (state: ReaderState) => best.filter((one) => one.state === state);
  const [set, unset, unseen] = [having("fine"), having("no-backend"), having("unseen")];
  return [
    ...(set.length > 0 ? [fine(about, "pods", `${podsText(set)}: Airflow asks \`${backend}\``)] : []),
    ...(unset.length > 0 ? [backendMissing(about, backend, unset)] : []),
    ...(unseen.length > 0 ? [backendUnseen(about, unseen)] : []),
  ];
}

function judgeEnvironment(reading: Reading, secret: string, pods: readonly Pod[]): readonly Finding[] {
  const { about, namespace, envWrittenAt } = reading;
  const users = containersOf(pods, ({ environment }) => environment.includes(secret));
  if (users.length === 0) {
    const params = { namespace, uses: "takes into its environment", secret };
    const hint = "`extraEnvFrom` in the `values.yaml` of `jackfield build` does";
    return [trouble(about, "pods", diagnostic("JF680", undefined, params, { hint }))];
  }
  const stale = users.filter(
    ({ container: { startedAt } }) =>
      envWrittenAt !== undefined && startedAt !== undefined && startedAt < envWrittenAt,
  );
  if (stale.length === 0) {
    return [fine(about, "pods", `Secret \`${secret}\` is in the environment of ${podsText(users)}`)];
  }
  const hint = "restart them: `kubectl rollout restart`";
  const params = { secret, pods: podsText(stale) };
  return [trouble(about, "pods", diagnostic("JF683", undefined, params, { hint }))];
}

/** Pods are told by the first few of their names. */
const TOLD = 3;

function podsText(where: readonly Placed[]): string {
  const pods = [...new Set(where.map(({ pod }) => pod))];
  if (pods.length === 1) return `pod ${names(pods)}`;
  const more = pods.length > TOLD ? ", …" : "";
  return `${pods.length} pods (${names(pods.slice(0, TOLD))}${more})`;
}
