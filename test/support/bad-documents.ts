const HEAD = "apiVersion: jackfield.dev/v1\n";
const connection = (spec: string) => `${HEAD}kind: Connection\nmetadata: {name: a}\n${spec}`;
const variable = (spec: string) => `${HEAD}kind: Variable\nmetadata: {name: a}\n${spec}`;
const deployment = (spec: string) =>
  `${HEAD}kind: Deployment\nmetadata: {name: a}\nspec:\n  environment: e\n  cluster: c\n  namespace: n\n${spec}`;
const workspace = (spec: string) => `${HEAD}kind: Workspace\nmetadata: {name: a}\nspec:\n${spec}`;
const link = (spec: string) => `${HEAD}kind: Link\n${spec}`;
const credential = (spec: string) => `${HEAD}kind: Credential\n${spec}`;
const ENC = '"ENC[AES256_GCM,data:a,type:str]"';

/** Per case a source with `┆` at each expected start, and "CODE message [hint]" for each, by place. */
export const BAD: readonly (readonly [string, ...string[]])[] = [
  // JF201 unknown keys
  [connection("spec: {type: a, ┆hots: b}"), "JF201 unknown key `hots` in `spec` [did you mean `host`?]"],
  [
    connection("spec: {type: a, ┆correcthorse: b}"),
    "JF201 unknown key in `spec` [a key that only this type knows belongs under `extra`]",
  ],
  [connection("spec: {type: a, ┆user: b}"), "JF201 unknown key `user` in `spec` [did you mean `login`?]"],
  [
    connection("┆host: a\nspec: {type: a}"),
    "JF201 unknown key `host` in the document [`host` belongs under `spec`]",
  ],
  [
    connection("spec: {type: a, links: [{to: {all: true}, ┆schema: b}]}"),
    "JF201 unknown key `schema` in an item of `links` [`schema` belongs under `overrides`]",
  ],
  [
    link("spec: {variable: a, to: {all: true}, overrides: {┆host: b}}"),
    "JF201 unknown key in `overrides` [the only key here is `value`]",
  ],
  [
    link("spec: {┆conection: a, to: {all: true}}"),
    "JF201 unknown key `conection` in `spec` [did you mean `connection`?]",
  ],
  [
    link("spec: {connection: a, ┆too: {all: true}}"),
    "JF201 unknown key `too` in `spec` [did you mean `to`?]",
  ],
  [
    connection("spec: {type: a, ┆__proto__: {type: b}}"),
    "JF201 unknown key in `spec` [a key that only this type knows belongs under `extra`]",
  ],
  [
    variable("spec: {┆constructor: a}"),
    "JF201 unknown key in `spec` [known keys: `value`, `sharing`, `exclude`, `links`, `protect`]",
  ],
  // JF202 missing keys
  [connection("┆spec: {host: a}"), "JF202 `spec` lacks `type` [for example `type: postgres`]"],
  [`┆${HEAD}kind: Variable\nmetadata: {name: a}`, "JF202 the document lacks `spec`"],
  [
    connection("spec: {type: a, links: [{┆overrides: {host: a}}]}"),
    "JF202 an item of `links` lacks `to` [for example `to: {environment: production}`]",
  ],
  [
    credential("┆spec: {variable: a, secrets: {value: b}}"),
    "JF202 `spec` lacks `for` [for example `for: {environment: production}`]",
  ],
  // JF203 types
  [
    connection('spec: {type: a, port: ┆"5432"}'),
    "JF203 `port` must be a whole number [write the number in digits, without quotes]",
  ],
  [connection("spec: {type: a, login: ┆007}"), "JF203 `login` must be a text [put it in quotes]"],
  [
    connection("spec: {type: a, ┆host: [a]}"),
    "JF203 `host` must be a text [for example `host: db.example.com`]",
  ],
  [
    connection("spec: {type: a, extra: ┆'{\"a\": 1}'}"),
    "JF203 `extra` must be a map [write it as YAML, without quotes around the whole]",
  ],
  [
    connection('spec: {type: a, protect: ┆"yes"}'),
    "JF203 `protect` must be `true` or `false` [write `true` or `false`, without quotes]",
  ],
  [
    connection("spec: {type: a, exclude: ┆sandbox}"),
    "JF203 `exclude` must be a list [for example `exclude: [sandbox]`]",
  ],
  [variable("spec: {value: ┆5}"), "JF203 `value` must be a text, a map or a list [put it in quotes]"],
  [deployment("  airflow: {version: ┆3.1}"), "JF203 `version` must be a text [put it in quotes]"],
  [
    `${HEAD}kind: Deployment\nmetadata: {name: a, labels: {tier: ┆1}}\nspec: {environment: e, cluster: c, namespace: n}`,
    "JF203 a value in `labels` must be a text [put it in quotes]",
  ],
  [
    connection("spec: {type: a, extra: {b: ┆.nan}}"),
    "JF203 a value in `extra` must be a text, a number, `true` or `false`, a map or a list [put it in quotes]",
  ],
  // JF204 choices
  [
    deployment("  delivery: ┆files"),
    "JF204 `delivery` must be one of `file`, `kubernetes`, `env` [did you mean `file`?]",
  ],
  [connection("spec: {type: a, links: [{to: {all: ┆false}}]}"), "JF204 `all` must be `true`"],
  [
    "apiVersion: ┆jackfield.dev/v2\nkind: Link\nspec: {connection: a, to: {all: true}}",
    "JF204 `apiVersion` must be `jackfield.dev/v1`",
  ],
  // JF205 null
  [
    connection("spec:\n  type: a\n  ┆host:\n"),
    'JF205 `host` has no value [delete the line, or write a value (`""` is an empty text); a Link takes a field away with `unset`]',
  ],
  [
    connection("spec: {type: a, extra: {b: ┆null}}"),
    'JF205 a value in `extra` has no value [delete the line, or write a value (`""` is an empty text); a Link takes a field away with `unset`]',
  ],
  [
    link("spec: {connection: a, to: {all: true}, overrides: {host: ┆null}}"),
    'JF205 `host` has no value [to take the field away, list it under `unset`; an empty text is `""`]',
  ],
  [
    workspace("  environments:\n    ┆development:\n"),
    "JF205 a value in `environments` has no value [write a value, or delete the key]",
  ],
  [
    credential("spec: {connection: a, for: {all: true}, secrets: {extra: {b: {c: ┆null}}}}"),
    'JF205 a value in `secrets` has no value [write a value, or delete the key; an empty text is `""`]',
  ],
  // JF206 forms
  [
    `${HEAD}kind: Connection\nmetadata: {name: ┆a..b}\nspec: {type: a}`,
    "JF206 `name` must be 1 to 200 letters, digits, `_`, `-` and `.`, without `..` [for example `name: warehouse`]",
  ],
  [
    `${HEAD}kind: Variable\nmetadata: {name: ┆" a"}\nspec: {}`,
    "JF206 `name` must be 1 to 250 visible characters [for example `name: daily_limit`]",
  ],
  [
    `${HEAD}kind: EnvironmentVariable\nmetadata: {name: ┆1a}\nspec: {}`,
    "JF206 `name` must be letters, digits and `_`, not beginning with a digit [for example `name: HTTPS_PROXY`]",
  ],
  [
    `${HEAD}kind: Deployment\nmetadata: {name: ┆${"a".repeat(41)}}\nspec: {environment: e, cluster: c, namespace: n}`,
    "JF206 `name` must be 1 to 40 lower-case letters, digits and `-` [for example `name: prod`]",
  ],
  [
    workspace("  environments: {┆all: {}}"),
    "JF206 a key of `environments` must be 1 to 40 lower-case letters, digits and `-`, and not `all` [for example `production`]",
  ],
  [
    workspace("  environments: {a: {recipients: [┆AGE-SECRET-KEY-1ABC]}}"),
    "JF206 an item of `recipients` must be an age recipient (`age1…`), an SSH public key without its comment, or a map such as `{kms: …}`",
  ],
  [
    workspace("  prune: {max: ┆200%}"),
    'JF206 `max` must be a count, or a share such as `20%` [for example `max: "20%"`]',
  ],
  [
    deployment("  previews: {namespace: ┆previews}"),
    'JF206 `namespace` must be lower-case letters, digits and `-`, with `{number}` or `{slug}` in it [for example `namespace: "airflow-pr-{number}"`]',
  ],
  [
    deployment("  secretName: ┆A_b"),
    "JF206 `secretName` must be 1 to 200 lower-case letters, digits, `-` and `.` [for example `secretName: airflow-connections`]",
  ],
  [
    connection("spec: {type: a, plain: [┆myKey]}"),
    "JF206 an item of `plain` must be `extra.<key>` [for example `extra.myKey`]",
  ],
  [
    link("spec: {connection: a, to: {all: true}, overrides: {unset: [┆type]}}"),
    "JF206 an item of `unset` must be one of `host`, `port`, `login`, `password`, `schema` and `extra.<key>` [for example `port`]",
  ],
  [
    credential('spec: {connection: a, for: {all: true}, secrets: {port: ┆"5432"}}'),
    "JF206 `port` must be a whole number [for example `port: 5432`]",
  ],
  // JF207 ranges
  [connection("spec: {type: a, port: ┆70000}"), "JF207 `port` must be from 1 to 65535"],
  [connection("spec: {type: a, port: ┆99999999999999999999}"), "JF207 `port` must be from 1 to 65535"],
  [workspace("  prune: {max: ┆-1}"), "JF207 `max` must be at least 0"],
  // JF208 empty
  [
    link("spec: {connection: a, ┆to: {}}"),
    "JF208 `to` is empty [for example `to: {environment: production}`]",
  ],
  [
    link("spec: {connection: a, to: {┆deployments: []}}"),
    "JF208 `deployments` is empty [for example `deployments: [prod, staging]`]",
  ],
  [credential("spec: {connection: a, for: {all: true}, ┆secrets: {}}"), "JF208 `secrets` is empty"],
  [
    credential("spec: {connection: a, for: {all: true}, secrets: {extra: {b: [c, ┆{}]}}}"),
    "JF208 a value in `secrets` is empty [SOPS cannot seal it: write a value, or delete the key]",
  ],
  // JF209 one of several
  [
    link("┆spec: {to: {all: true}}"),
    "JF209 `spec` needs one of `connection`, `variable`, `environmentVariable`",
  ],
  [
    workspace("  clusters: {┆eu: {uid: a}}"),
    "JF209 a value in `clusters` needs one of `context`, `directory`",
  ],
  [workspace("  approvals: [{┆environment: a}]"), "JF209 an item of `approvals` needs `teams` or `users`"],
  [
    workspace("  environments: {a: {recipients: [{┆kms: a, pgp: b}]}}"),
    "JF209 an item of `recipients` needs exactly one of `kms`, `pgp`, `gcp_kms`, `azure_kv`, `hc_vault`, `hckms`",
  ],
  // JF210 misplaced
  [
    link("spec: {connection: a, ┆variable: b, to: {all: true}}"),
    "JF210 `variable` cannot stand here: it is given as `connection` already",
  ],
  [
    link("spec: {connection: a, to: {all: true, ┆environment: b}}"),
    "JF210 `environment` cannot stand here: `all` selects every Deployment already",
  ],
  [
    link("spec: {connection: a, to: {deployments: [b], ┆selector: {c: d}}}"),
    "JF210 `selector` cannot stand here: `deployments` names Deployments and cannot be narrowed",
  ],
  [
    workspace("  clusters: {eu: {context: a, ┆directory: b}}"),
    "JF210 `directory` cannot stand here: it is given as `context` already",
  ],
  [
    workspace("  clusters: {eu: {context: a, ┆mode: '0640'}}"),
    "JF210 `mode` cannot stand here: only files below a `directory` have one",
  ],
  [
    workspace("  clusters: {eu: {directory: a, ┆uid: b}}"),
    "JF210 `uid` cannot stand here: only a Kubernetes cluster (`context`) has one",
  ],
  [
    `${HEAD}kind: Variable\nmetadata: {name: a, deployment: b}\nspec: {┆sharing: all, ┆links: []}`,
    "JF210 `sharing` cannot stand here: the object is Deployment-level (`metadata.deployment`), that Deployment's alone",
    "JF210 `links` cannot stand here: the object is Deployment-level (`metadata.deployment`), that Deployment's alone",
  ],
  [
    credential("metadata: {deployment: a}\nspec: {variable: b, ┆for: {all: true}, secrets: {value: c}}"),
    "JF210 `for` cannot stand here: the Credential is Deployment-level (`metadata.deployment`), for that Deployment alone",
  ],
  // JF211 reserved
  [
    variable("spec: {┆valueFrom: {a: b}}"),
    "JF211 `valueFrom` is reserved for a later version [write the value, or seal it in a Credential]",
  ],
  [
    connection("spec: {type: a, password: {┆valueFrom: {a: b}}}"),
    "JF211 `valueFrom` is reserved for a later version [write the value, or seal it in a Credential]",
  ],
  // JF212 sealed outside
  [
    connection(`spec: {type: a, password: ┆${ENC}}`),
    "JF212 a sealed value outside the `secrets` of a Credential [secrets stand under `secrets` of a Credential, and nothing else is sealed]",
  ],
  [
    connection(`spec: {type: a, port: ┆${ENC}}`),
    "JF212 a sealed value outside the `secrets` of a Credential [secrets stand under `secrets` of a Credential, and nothing else is sealed]",
  ],
  // JF213 repeated
  [
    link("spec: {connection: a, to: {deployments: [b, c, ┆b]}}"),
    "JF213 an item of `deployments` is listed twice [delete one of them]",
  ],
  // All of them at once, in one document
  [
    connection('spec: {┆tpye: a, port: ┆"1", sharing: ┆al}'),
    "JF201 unknown key `tpye` in `spec` [did you mean `type`?]",
    "JF203 `port` must be a whole number [write the number in digits, without quotes]",
    "JF204 `sharing` must be one of `restricted`, `all` [did you mean `all`?]",
  ],
];
