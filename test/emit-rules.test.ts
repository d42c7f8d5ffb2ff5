import { expect, test } from "vitest";
import { checkDelivery } from "../src/emit/check.ts";
import { objectSecretName, placesOf, secretNames } from "../src/emit/names.ts";
import { checkPlaces } from "../src/emit/places.ts";
import type { EffectiveObject, EffectiveWorkspace } from "../src/model/effective.ts";
import {
  connection,
  type DeploymentSpec,
  deployment,
  effective,
  environmentVariable,
  located,
  variable,
  workspace,
} from "./support/effective.ts";
import { troubles } from "./support/emitting.ts";

test.each<[string, DeploymentSpec, EffectiveObject, string[]]>([
  ["airflow_db", {}, connection("airflow_db"), ["JF510"]],
  ["a Variable airflow_db", {}, variable("airflow_db", ""), []],
  ["a team separator", {}, connection("a___b"), ["JF511"]],
  ["a team separator in a Variable", {}, variable("a___b", ""), ["JF511"]],
  ["a hyphenated type in a file", {}, connection("c", { type: "pydanticai-azure" }), []],
  ["a hyphenated type", { delivery: "kubernetes" }, connection("c", { type: "pydanticai-azure" }), ["JF512"]],
  ["an alias of a type", { delivery: "kubernetes" }, connection("c", { type: "postgresql" }), ["JF512"]],
  ["a label of 63", { delivery: "kubernetes" }, connection("a".repeat(63)), []],
  ["a label of 64", { delivery: "kubernetes" }, connection("a".repeat(64)), ["JF513"]],
  ["a label that ends in a dash", { delivery: "kubernetes" }, variable("a-", ""), ["JF513"]],
  ["a label that begins with _", { delivery: "kubernetes" }, connection("_a"), ["JF513"]],
  ["no label needed", { delivery: "kubernetes" }, environmentVariable("_A", ""), []],
  ["an id with a dot", { delivery: "env" }, connection("a.b"), ["JF516", "JF514"]],
  ["an id with a dash", { delivery: "env" }, variable("a-b", ""), ["JF516", "JF514"]],
  ["an id with ASCII capitals only", { delivery: "env" }, variable("ß", ""), ["JF516", "JF514"]],
  ["an id that begins with a digit", { delivery: "env" }, connection("2fa"), ["JF516"]],
  ["an environment variable with a digit", {}, environmentVariable("2FA", ""), ["JF514"]],
  ["an environment variable with a dash", {}, environmentVariable("A-B", ""), ["JF514"]],
  ["a fine environment variable", {}, environmentVariable("_a9", ""), []],
  ["a Secret name in capitals", { secretName: "Prod" }, connection("c"), ["JF518"]],
  ["a Secret name too long with -env", { secretName: "a".repeat(250) }, connection("c"), ["JF518"]],
  ["a Secret name just short enough", { secretName: "a".repeat(249) }, connection("c"), []],
  [
    "a Secret name too long for objects",
    { delivery: "kubernetes", secretName: "a".repeat(202) },
    connection("c"),
    ["JF518"],
  ],
  ["an Airflow before JSON files", { version: "2.1.4" }, connection("c"), ["JF517"]],
  ["an Airflow with JSON files", { version: "2.2" }, connection("c"), []],
  [
    "an Airflow before JSON in the environment",
    { delivery: "env", version: "2.2" },
    connection("c"),
    ["JF517", "JF516"],
  ],
  ["Airflow 3", { version: "3.1" }, connection("c"), []],
])("rules of delivery: %s", (_, spec, object, codes) => {
  expect(troubles(spec, object).map(({ code }) => code)).toEqual(codes);
  expect(checkDelivery(workspace(effective(spec, [object]))).map(({ code }) => code)).toEqual(codes);
});

test.each<[string, EffectiveObject[], number]>([
  [
    "an EnvironmentVariable that spells a connection",
    [connection("db"), environmentVariable("AIRFLOW_CONN_DB", "")],
    1,
  ],
  [
    "an EnvironmentVariable that spells a Variable",
    [variable("k", ""), environmentVariable("AIRFLOW_VAR_K", "")],
    1,
  ],
  ["a Connection and a Variable of one id", [connection("a"), variable("a", "")], 0],
])("one environment name for two objects: %s", (_, objects, count) => {
  const found = troubles({ delivery: "env" }, ...objects).filter(({ code }) => code === "JF515");
  expect(found).toHaveLength(count);
  if (count === 0) return;
  expect(found[0]?.at).toBe(objects[1]?.declaration.id.at);
  expect(found[0]?.related[0]?.at).toBe(objects[0]?.declaration.id.at);
  expect(troubles({}, ...objects)).toEqual([]);
});

test("case twins are the resolver's to report, and never merged in silence", () => {
  const twins = [connection("DB"), connection("db")];
  expect(checkDelivery(workspace(effective({}, twins)))).toEqual([]);
  expect(() => troubles({ delivery: "env" }, ...twins)).toThrow("twins");
});

test("two Deployments of delivery `kubernetes` cannot share a namespace, of two Workspaces neither", () => {
  const spec = { delivery: "kubernetes", namespace: "airflow" } as const;
  const one = workspace(
    effective({ name: "a", ...spec }, []),
    effective({ name: "b", ...spec }, []),
    effective({ name: "c", ...spec, cluster: "us" }, []),
    effective({ name: "d", namespace: "airflow" }, []),
  );
  const codes = (...all: EffectiveWorkspace[]) => [...checkPlaces(all)].map(({ code }) => code);
  expect(codes(one)).toEqual(["JF519"]);
  const clusters = new Map([["eu", { name: located("eu"), context: "x", uid: "1" }]]);
  const known = (name: string) => {
    const { workspace: policy, deployments } = workspace(effective({ name, ...spec }, []));
    return { workspace: { ...policy, clusters }, deployments };
  };
  expect(codes(known("a"), known("b"))).toEqual(["JF519"]);
});

test("names of Secrets", () => {
  expect(secretNames(deployment())).toEqual(["jackfield-prod", "jackfield-prod-env"]);
  expect(secretNames(deployment({ secretName: "mine", delivery: "env" }))).toEqual(["mine-env"]);
  const kubernetes = deployment({ delivery: "kubernetes" });
  expect(secretNames(kubernetes)).toEqual(["jackfield-prod-env"]);
  const names = ["a_b", "a-b", "A.b", "_", "x".repeat(300)].map((id) =>
    objectSecretName(kubernetes, "Connection", id),
  );
  expect(names).toMatchInlineSnapshot(`
    [
      "jackfield-prod-a-b-49becf7d78",
      "jackfield-prod-a-b-ee025cd32f",
      "jackfield-prod-a-b-2579364aff",
      "jackfield-prod-connection-a1c78d1a9b",
      "jackfield-prod-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-4b7059da93",
    ]
  `);
  expect(new Set(names).size).toBe(names.length);
  expect(objectSecretName(kubernetes, "Variable", "a_b")).not.toBe(names[0]);
  expect(placesOf(kubernetes, [connection("a"), environmentVariable("E", "")])).toEqual([
    { cluster: "eu", namespace: "airflow-prod", secret: "jackfield-prod-env" },
    { cluster: "eu", namespace: "airflow-prod", secret: objectSecretName(kubernetes, "Connection", "a") },
  ]);
});
