import type { Container, Kwargs, Pod, SecretMount } from "../../model/pod.ts";
import { at, mapOf, textOf } from "./answer.ts";

const NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;
const BACKEND = "AIRFLOW__SECRETS__BACKEND";
const KWARGS = "AIRFLOW__SECRETS__BACKEND_KWARGS";

/** A pod as a server tells it, without the values of its environment; none if it has ended, or is going, or is no pod. */
export function podOf(json: unknown): readonly Pod[] {
  const name = textOf(at(json, "metadata", "name"));
  const phase = at(json, "status", "phase");
  const isOver = phase === "Succeeded" || phase === "Failed";
  if (!name || !NAME.test(name) || isOver || at(json, "metadata", "deletionTimestamp") !== undefined)
    return [];
  const volumes = secretVolumes(listOf(at(json, "spec", "volumes")));
  const statuses = listOf(at(json, "status", "containerStatuses"));
  const containers = listOf(at(json, "spec", "containers")).map((one) => containerOf(one, volumes, statuses));
  return [{ name, containers }];
}

function containerOf(
  json: unknown,
  volumes: ReadonlyMap<string, readonly Source[]>,
  statuses: readonly unknown[],
): Container {
  const name = textOf(at(json, "name")) ?? "";
  const env = new Map(listOf(at(json, "env")).map((one) => [textOf(at(one, "name")) ?? "", one]));
  const froms = listOf(at(json, "envFrom"));
  const whole = froms.flatMap((one) => textOf(at(one, "secretRef", "name")) ?? []);
  const status = statuses.find((one) => at(one, "name") === name);
  const started = Date.parse(textOf(at(status, "state", "running", "startedAt")) ?? "");
  const backend = settingIn(env, BACKEND);
  const kwargs = settingIn(env, KWARGS);
  return {
    name: NAME.test(name) ? name : "",
    isAirflow: [...env.keys()].some((key) => key.startsWith("AIRFLOW__")),
    ...(!Number.isNaN(started) && { startedAt: started }),
    mounts: listOf(at(json, "volumeMounts")).flatMap((one) => mountsOf(one, volumes)),
    environment: [
      ...whole,
      ...[...env.values()].flatMap((one) => textOf(at(one, "valueFrom", "secretKeyRef", "name")) ?? []),
    ],
    whole,
    hasUnseen: froms.some((one) => at(one, "configMapRef") !== undefined),
    ...(backend !== undefined && {
      backend: backend === UNSEEN ? "unseen" : { class: backend.split(".").at(-1) ?? "" },
    }),
    ...(kwargs !== undefined && { kwargs: kwargs === UNSEEN ? "unseen" : kwargsOf(kwargs) }),
  };
}

const UNSEEN = Symbol("unseen");

/** The value of a setting of Airflow, which may also be a command, or the name of a secret, that gives it. */
function settingIn(env: ReadonlyMap<string, unknown>, name: string): string | typeof UNSEEN | undefined {
  if (env.has(`${name}_CMD`) || env.has(`${name}_SECRET`)) return UNSEEN;
  const entry = env.get(name);
  if (entry === undefined) return undefined;
  if (at(entry, "valueFrom") !== undefined) return UNSEEN;
  return textOf(at(entry, "value"));
}

/** Arguments may hold passwords of other backends: only what is known to be none is kept. */
function kwargsOf(text: string): Kwargs {
  const json = jsonOf(text);
  const [connections, variables, namespace] = [
    "connections_file_path",
    "variables_file_path",
    "namespace",
  ].map((key) => textOf(at(json, key)));
  return {
    ...(connections !== undefined && { connections }),
    ...(variables !== undefined && { variables }),
    ...(namespace !== undefined && { namespace }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A Secret that a volume shows. */
interface Source {
  readonly secret: string;
  readonly items: ReadonlyMap<string, string> | undefined;
}

function secretVolumes(volumes: readonly unknown[]): ReadonlyMap<string, readonly Source[]> {
  return new Map(
    volumes.map((volume) => {
      const projected = listOf(at(volume, "projected", "sources")).map((one) => at(one, "secret"));
      const all = [
        [textOf(at(volume, "secret", "secretName")), at(volume, "secret", "items")] as const,
        ...projected.map((one) => [textOf(at(one, "name")), at(one, "items")] as const),
      ];
      const sources = all.flatMap(([secret, items]) =>
        secret === undefined ? [] : [{ secret, items: itemsOf(items) }],
      );
      return [textOf(at(volume, "name")) ?? "", sources] as const;
    }),
  );
}

function itemsOf(json: unknown): ReadonlyMap<string, string> | undefined {
  if (listOf(json).length === 0) return undefined;
  return new Map(
    listOf(json).map((one) => [textOf(at(one, "key")) ?? "", textOf(at(one, "path")) ?? ""] as const),
  );
}

function mountsOf(json: unknown, volumes: ReadonlyMap<string, readonly Source[]>): readonly SecretMount[] {
  const path = (textOf(at(json, "mountPath")) ?? "").replace(/\/+$/, "");
  const isPart = ["subPath", "subPathExpr"].some((key) => textOf(at(json, key)) !== undefined);
  return (volumes.get(textOf(at(json, "name")) ?? "") ?? []).map(({ secret, items }) => ({
    secret,
    path,
    isPart,
    ...(items && { items }),
  }));
}

function listOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json.filter((one) => mapOf(one) !== undefined) : [];
}
