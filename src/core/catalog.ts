import type { Severity } from "./diagnostic.ts";

/**
 * Every diagnostic Jackfield can give: JF0 usage and environment, JF1 files and YAML, JF2 shape of documents,
 * JF3 sealed values, JF4 resolution, JF5 delivery, JF6 plan and apply, JF7 clusters, changes, GitHub and previews, JF8 CODEOWNERS,
 * JF9 defects of our own. Numbers are never used again for something else. `{name}` is a parameter: a name, a count or a word of ours, never a value of the user's.
 */
export const catalog = {
  // JF0 usage and environment
  JF001: e("no-workspace", "no Workspace found: there is no `jackfield.yaml` in, above or below this folder"),
  JF002: e("unknown-name", "unknown {what} `{name}`"),
  JF003: e("unreadable", "cannot read `{path}`: {reason}"),
  JF004: e("unwritable", "cannot write `{path}`: {reason}"),
  JF005: e("would-expose", "refusing to write plain text to `{path}`: git does not ignore it"),
  JF006: e("not-ours", "refusing to replace `{path}`: it holds files that `build` did not write"),
  JF007: e("exists", "`{path}` exists already"),
  JF008: e("git-failed", "git cannot read `{path}`: {reason}"),
  JF009: e("no-commit", "git knows no commit `{name}`"),
  JF010: e("no-input", "no value was taken: {reason}"),
  JF020: e("no-files", "no file to {verb} is named"),
  JF021: e("files-and-all", "`--all` is every sealed file of the Workspaces: no others can be named with it"),
  JF022: e("no-credential-file", "`{path}` holds no Credential of a Workspace in sight"),
  JF023: e("no-such-format", "`{path}` is neither YAML nor JSON, by its name"),
  JF024: e("new-reader-of-file", "`{recipient}` is no recipient of this file on {branch}"),
  JF030: e("for-whom", "the command does not say for whom the secret is"),
  JF031: e("ambiguous-object", "`{id}` is the id of several objects"),
  JF032: e("no-such-field", "a Credential cannot hold a field `{field}` of this object"),
  JF033: e("needs-key", "this file holds other secrets, which only a key can keep: {fields}"),
  JF034: e("not-there", "`{path}` holds no `{field}` to take away"),
  JF035: e("place-taken", "`{path}` is there, and is no such Credential"),
  JF036: e("nothing-to-seal", "`{path}` holds nothing to seal"),
  JF037: w("leaked", "what was sealed stands in plain text in commit {commit}: it is leaked"),
  JF038: e("one-line-each", "{wanted} values are wanted, a line each; {given} came"),
  JF039: e("says-for-whom", "the Credentials in `{path}` say themselves for whom they are"),
  JF040: e("merge-conflict", "both sides changed {what}: ours is kept"),
  JF041: e("merge-unopened", "cannot merge `{path}`: {side} does not open"),
  JF042: e("cannot-merge", "cannot merge `{path}`: {reason}"),
  JF043: e(
    "merge-new-reader",
    "merging `{path}` would seal it for `{recipient}`, who is no recipient of it on {branch}",
  ),
  JF044: e("editor-failed", "the editor, {source}, {reason}"),
  JF045: w(
    "not-in-memory",
    "while you edit, the plain text is on the disk: there is no folder in memory here",
  ),
  JF046: e("edited-text-kept", "what you edited is not lost: it is in `{path}`, unsealed"),
  JF047: e("no-repository", "there is no git repository here"),
  JF048: e("git-setup", "git cannot set `{what}`: {reason}"),

  // JF1 files and YAML
  JF101: e("yaml-syntax", "not valid YAML: {reason}"),
  JF102: e("duplicate-key", "this key is set twice in one map"),
  JF103: e("not-utf8", "the file is not UTF-8 text"),
  JF104: e("too-large", "the file is larger than {limit}"),
  JF105: e("too-deep", "nested deeper than {limit} levels"),
  JF106: e("too-many-aliases", "aliases make more than {limit} nodes, or a node contains itself"),
  JF107: e("merge-key", "merge keys (`<<`) are not part of the language"),
  JF108: e("bad-key", "a key must be a plain text"),
  JF109: e("near-api-version", "this is not the `apiVersion` of Jackfield"),
  JF110: e("missing-api-version", "a {kind} without an `apiVersion`"),
  JF111: e("unknown-kind", "{what} kind"),
  JF112: e("nested-workspace", "a Workspace inside the Workspace `{outer}`"),
  JF113: e("workspace-place", "a Workspace document belongs in `jackfield.yaml`, one a folder"),
  JF114: w("outside", "no Workspace holds this document: it is not used"),
  JF115: e("invisible-character", "an invisible or direction-changing character (U+{hex})"),
  JF116: e("links-out", "a symbolic link that leads out of the tree is not followed"),
  JF117: w("yaml-trap", "YAML 1.1 tools read this unquoted {what} as something else"),
  JF118: e("odd-number", "this number is not written the way JSON writes numbers"),
  JF119: e("no-workspace-document", "this `jackfield.yaml` holds no Workspace document"),

  // JF2 shape of documents
  JF201: e("unknown-key", "unknown key{named} in {place}"),
  JF202: e("missing-key", "{place} lacks `{name}`"),
  JF203: e("wrong-type", "{what} must be {expected}"),
  JF204: e("no-such-choice", "{what} must be {expected}"),
  JF205: e("no-value", "{what} has no value"),
  JF206: e("wrong-form", "{what} must be {expected}"),
  JF207: e("out-of-range", "{what} must be {expected}"),
  JF208: e("empty", "{what} is empty"),
  JF209: e("needs-one", "{place} needs {names}"),
  JF210: e("misplaced", "`{name}` cannot stand here: {reason}"),
  JF211: e("reserved", "`valueFrom` is reserved for a later version"),
  JF212: e("sealed-outside", "a sealed value outside the `secrets` of a Credential"),
  JF213: e("repeated", "{what} is listed twice"),

  // JF3 sealed values
  JF301: e("not-sealed", "this file holds a Credential, but it is not sealed"),
  JF302: e("no-sops-block", "this document of a sealed file has no `sops` block"),
  JF303: e("sops-blocks-differ", "the `sops` blocks of one file differ"),
  JF304: e("bad-sops-block", "{what} in the `sops` block must be {expected}"),
  JF305: e("wrong-scope", "a file with a Credential must be sealed with `encrypted_regex: ^secrets$`"),
  JF306: e("mac-only-encrypted", "`mac_only_encrypted` leaves the values that are not sealed unprotected"),
  JF307: e("no-mac", "the `sops` block has no `{name}`"),
  JF308: e("plain-in-scope", "this value is not sealed"),
  JF309: e("damaged-ciphertext", "this {what} is damaged"),
  JF310: e("hidden-reader", "a recipient entry must hold exactly one stanza, of X25519"),
  JF311: e("mislabelled-entry", "this entry opens with another key than the one it names"),
  JF312: e("bad-entry", "this recipient entry {reason}"),
  JF313: e("sealed-comment", "a comment inside a sealed list"),
  JF314: e("config-recipients", "this rule of `.sops.yaml` gives other recipients than {environments}"),
  JF315: e("config-scope", "this rule of `.sops.yaml` gives another scope than our documents have"),
  JF321: e("no-key", "no key at hand opens this file"),
  JF322: e("unsupported-recipients", "this file is sealed only for {kinds}, which Jackfield cannot open"),
  JF323: e("too-few-groups", "the keys at hand open {found} of the {needed} key groups that are needed"),
  JF325: e("unknown-scope", "this rule of what is sealed is not supported"),
  JF331: e("value-moved", "this sealed value was changed, or moved from another place"),
  JF332: e("wrong-label", "the type in the label of this sealed value is not that of its content"),
  JF333: e("mac-changed", "the MAC does not open: it or `lastmodified` was changed"),
  JF334: e("mac-mismatch", "this file was changed without its key: the MAC does not match"),
  JF340: e("no-keys", "no private key to open sealed files with"),
  JF341: e("bad-key-text", "{source}, line {line}: {reason}"),
  JF342: e("key-source-unreadable", "cannot read {source}: {reason}"),
  JF345: e("sops-unusable", "the `sops` program {reason}"),
  JF346: e("sops-no-key", "the `sops` program got no data key for this file"),
  JF347: e("sops-refused", "the `sops` program did not {verb} this file: {reason}"),
  JF348: e("sops-answer", "what the `sops` program gave is not {what}"),
  JF349: e("unlisted-server", "no environment lists this server, so it is not asked"),
  JF350: e("no-form", "SOPS has no form for this {what}"),
  JF351: e("cannot-wrap", "Jackfield cannot wrap a data key for {kinds}"),
  JF352: e("sealed-already", "this value is sealed already"),
  JF353: e("nothing-to-seal", "there is nothing to seal in this file"),
  JF354: e("not-a-recipient", "recipient {number} is no age recipient"),
  JF355: e("has-sops-block", "this file has a `sops` block already"),
  JF356: e("key-groups", "this file has key groups: which of them get a recipient cannot be told"),
  JF370: e("secret-in-plain", "{kind} in plain text"),
  JF371: e("copied-seal", "{what} of another sealed file"),
  JF372: e("private-key-in-tree", "a private key in a file that git would commit"),
  JF373: w("unknown-config-key", "`sops` ignores a key of `.sops.yaml` that it does not know"),
  JF374: e("bad-config-rule", "this rule of `.sops.yaml` {reason}"),
  JF375: w("dead-config-rule", "this rule of `.sops.yaml` is never reached: one before it takes its files"),
  JF376: w("no-config-rule", "no rule of `.sops.yaml` takes this file"),
  JF377: w("ignored-config", "`sops` ignores this file: it looks for `.sops.yaml`"),
  JF378: w(
    "unjudged-config-rule",
    "Jackfield cannot judge this `path_regex`: which files it is for is not checked",
  ),
  JF379: w("unread-config", "Jackfield cannot read this `.sops.yaml`, so it is not checked: {reason}"),
  JF380: e("secret-by-name", "{field} is a secret: it must come from a Credential"),
  JF384: e("unfinished-merge", "a merge that nobody finished"),
  JF385: e("changed-by-hand", "this sealed file was changed by hand: its MAC is still that of {base}"),
  JF386: w("rolled-back", "this sealed file was rolled back to {commit}"),
  JF387: w(
    "known-data-key",
    "who was taken out of the recipients of this file ({count}) still knows its data key",
  ),
  JF388: e("mac-of-another", "the MAC of this sealed file belongs to another content, that of {commit}"),
  JF389: i("history-unseen", "changes of sealed files cannot be judged in full: {reason}"),
  JF390: e("new-recipient", "`{recipient}` is no recipient of environment `{environment}` on {branch}"),
  JF391: e("not-in-run", "value {number} of `--accept-recipient` is no recipient of this run"),
  JF392: w("old-readers", "who was taken out still knows the data key of {files}"),
  JF393: e("files-without-key", "no key at hand opens {count} of these files"),
  JF394: e(
    "foreign-config",
    "this `.sops.yaml` holds more than Jackfield writes, and its rules no longer fit",
  ),
  JF395: e("of-one-deployment", "`{id}` is an object of Deployment {deployments} alone"),
  JF396: e("no-reader", "nothing tells who is to read this Credential"),

  // JF4 resolution
  JF401: e("declared-twice", "{what} `{name}` is declared twice"),
  JF402: e("unknown-reference", "unknown {what} `{name}`"),
  JF403: w("selects-nothing", "this selects no Deployment"),
  JF404: e("deployment-level", "{what} on `{id}`, which is Deployment `{deployment}`'s alone"),
  JF405: i("shadowed", "{kind} `{id}` of the Workspace is shadowed in Deployment `{deployment}`"),
  JF406: e(
    "linked-and-excluded",
    "`{id}` is linked to Deployment `{deployment}` by name and excluded from it by name",
  ),
  JF407: e("set-differently", "two equally specific places set `{field}` of `{id}` differently for {where}"),
  JF408: e(
    "set-and-unset",
    "of two equally specific places one sets and one unsets `{field}` of `{id}` for {where}",
  ),
  JF409: e("sealed-twice", "two equally specific Credentials seal `{field}` of `{id}` for {where}"),
  JF410: w("unset-absent", "`{field}` of `{id}` is not set where this unsets it"),
  JF411: e("missing-field", "{kind} `{id}` lacks `{field}`{title} for {where}"),
  JF412: e("no-such-field", "type `{type}` has no field `{field}`"),
  JF413: e("inherited-field", "type `{type}` has no field `{field}`, which `{id}` inherits for {where}"),
  JF414: e("plain-secret", "`{field}` of `{id}` is a secret: it must come from a Credential"),
  JF415: e("unknown-extra", "unknown `extra` key for {type}"),
  JF416: w("unknown-sealed-extra", "unknown `extra` key for {type}, in a Credential"),
  JF417: w("unknown-type", "unknown connection type"),
  JF418: e("wrong-kind", "`{field}` must be {expected}"),
  JF419: e("not-allowed", "this value is not allowed for `{field}`: {expected}"),
  JF420: e("unknown-auth", "type `{type}` has no such authentication method"),
  JF421: e("ambiguous-auth", "cannot tell the authentication method of `{id}` for {where}"),
  JF422: e("no-auth-fits", "no authentication method of `{type}` fits `{id}` for {where}: {missing}"),
  JF423: w("unused-by-auth", "`{field}` of `{id}` is not used with `auth: {auth}`"),
  JF424: w("not-reachable", "`{field}` of `{id}` names a connection that does not reach {where}"),
  JF425: e(
    "unbound",
    "`{id}` draws a secret for {where} from a Credential that binds `{field}` to it, but `{field}` comes from elsewhere",
  ),
  JF426: w("reaches-nobody", "`{id}` reaches none of the Deployments of this Credential"),
  JF427: e("one-secret-twice", "Deployments `{one}` and `{other}` both write Secret `{secret}`"),
  JF428: e("case-twins", "{kind}s `{one}` and `{other}` become one environment name in {where}"),
  JF429: e("mixed-audience", "the Credentials of one file must be for one and the same set of environments"),
  JF430: e("reader-missing", "{count} of the recipients of {environments} cannot read this file"),
  JF431: e("reader-extra", "a recipient that {environments} does not list can read this file"),
  JF432: e("no-recipients", "{environments} lists no recipients, so nobody may read this Credential"),
  JF433: e("plain-known", "`plain` cannot declare a key that the catalogue knows"),
  JF434: w("previews-off", "Deployment `{deployment}` allows no previews"),
  JF435: e("deployment-without-object", "no {kind} `{id}` is declared for Deployment `{deployment}` alone"),
  JF437: e(
    "workspace-without-uid",
    "Workspace `{name}` needs `metadata.uid`: cluster `{cluster}` is a real one",
  ),

  // JF5 delivery
  JF501: e("not-text", "{field} must be a text"),
  JF502: e("bad-port", "the port must be a whole number from 1 to 65535"),
  JF503: e("no-json-number", "JSON has no infinite numbers and no NaN"),
  JF504: e("undeliverable-text", "a text with {what} cannot be delivered to Airflow"),
  JF505: e("mislabelled", "this sealed value is not the {what} that its label says"),
  JF506: e("no-json-type", "JSON has no {what}"),
  JF507: e("null", "`null` is not delivered to Airflow"),
  JF508: e("incomplete", "{kind} `{id}` has no `{field}`"),
  JF509: e("reserved-key", "`__extra__` is a key that Airflow keeps for itself in `extra`"),
  JF510: w(
    "airflow-db",
    "`airflow_db` is the connection of Airflow's own database, which the Helm chart sets itself",
  ),
  JF511: w(
    "team-separator",
    "`___` parts a team from an id in Airflow's multi-team mode: `{id}` may not be found there",
  ),
  JF512: w(
    "type-rewritten",
    "delivery `{delivery}`: Airflow will read the type of `{id}` in another spelling",
  ),
  JF513: e("not-a-label", "`{id}` cannot be the value of a label, which delivery `kubernetes` needs"),
  JF514: e("not-an-env-name", "{kind} `{id}` gives no legal environment name"),
  JF515: e("one-key-twice", "{one} and {other} both become `{key}` in Deployment `{deployment}`"),
  JF516: i(
    "restart",
    "delivery `env`: the pods of Deployment `{deployment}` see a change only after a restart",
  ),
  JF517: e("airflow-too-old", "delivery `{delivery}` needs Airflow {needed} or newer"),
  JF518: e("bad-secret-name", "`{name}` cannot be the name of a Secret"),
  JF519: e("shared-namespace", "Deployments `{one}` and `{other}` would read each other's Secrets"),
  JF520: e(
    "too-large",
    "Secret `{secret}` of Deployment `{deployment}` is {over} bytes over the limit of {limit} for {what}",
  ),
  JF521: w(
    "nearly-too-large",
    "Secret `{secret}` of Deployment `{deployment}` uses {share} % of the {limit} bytes for {what}",
  ),
  JF522: e(
    "env-too-long",
    "{key} of Deployment `{deployment}` is {over} bytes longer than a process may be given",
  ),

  // JF6 plan, rails and apply
  JF600: e(
    "past-unknown",
    "the places that Deployments had earlier are not all known, and Secrets may be left there: {reason}",
  ),
  JF601: i("no-past", "without Git, nobody knows the places that Deployments had earlier"),
  JF610: e(
    "prune-budget",
    "Deployment `{deployment}` would lose {count} of its {had} objects; its budget is {budget} (`prune.max` {max})",
  ),
  JF611: e("nothing-left", "Deployment `{deployment}` would lose all its objects ({count})"),
  JF612: e("protected-object", "{object} is protected, and Deployment `{deployment}` would lose it"),
  JF613: e("protected-environment", "environment `{environment}` of Deployment `{deployment}` is protected"),
  JF614: e("no-deployment", "no Deployment is in that environment, cluster and name at once"),
  JF615: e("wrong-cluster", "behind the context of cluster `{cluster}` is not the cluster with its uid"),
  JF616: e(
    "orphaned",
    "cluster `{cluster}` cannot be asked whether Secrets of Deployment `{deployment}` are left in `{namespace}`",
  ),
  JF617: w(
    "left-behind",
    "cluster `{cluster}` cannot be asked whether Secrets of Deployment `{deployment}` are left in `{namespace}`; it is long gone from Git",
  ),
  JF618: e("conflict", "Secret `{secret}` in `{namespace}` cannot be written: {reason}"),
  JF619: e("plan-differs", "this is not the plan that was reviewed"),
  JF620: w(
    "edited-since",
    "Secret `{secret}` in `{namespace}` was edited in the cluster; the plan does not say so, only the key",
  ),
  JF621: e("bad-shard", "`--shard` is not the number of a part and how many there are"),
  JF622: e("no-such-secret", "no Deployment in sight is to have a Secret `{name}`"),
  JF623: e("ambiguous-secret", "several Deployments are to have a Secret `{name}`, in different clusters"),
  JF624: e("bad-option", "`{option}` must be {wanted}"),
  JF625: e("two-plans", "`--plan` and `--plan-id` both name a plan"),
  JF626: e("no-plan-file", "`{path}` is not a plan that `plan --out` wrote: {reason}"),
  JF650: e(
    "changed-since",
    "Secret `{secret}` in `{namespace}` is not what the plan saw: somebody was faster",
  ),
  JF651: e("locked", "Deployment `{deployment}` is being written by another run: {holder}"),
  // JF67 doctor
  JF670: w("cannot-open", "no key at hand opens what {count} of environment `{environment}` draw"),
  JF671: w("no-commit", "there is no Git commit here, so nobody knows where Deployments were earlier"),
  JF672: w("no-default-branch", "Git does not tell which branch is the default one"),
  JF673: w("uncommitted", "files of the Workspaces are not as HEAD has them"),
  JF674: w(
    "no-cluster-uid",
    "nothing says that cluster `{cluster}` is the one that is meant: it has no `uid`",
  ),
  JF675: w(
    "old-server",
    "cluster `{cluster}` runs Kubernetes {version}; Jackfield was tried on {oldest} and later",
  ),
  JF676: e("not-allowed", "Deployment `{deployment}`: we may not {verbs} {what} in `{namespace}`"),
  JF677: w("nearly-full", "Secret `{secret}` uses {share} % of the {limit} bytes for {what}"),
  JF678: w("mounted-in-part", "Secret `{secret}` is mounted by `subPath`, and so never refreshed, in {pods}"),
  JF679: w(
    "in-environment",
    "Secret `{secret}` is in the environment, where it is never refreshed, of {pods}",
  ),
  JF680: w("unused-secret", "no pod in `{namespace}` {uses} Secret `{secret}`"),
  JF681: w("no-backend", "`AIRFLOW__SECRETS__BACKEND` is not set to `{backend}` in {pods}"),
  JF682: w("wrong-kwargs", "`AIRFLOW__SECRETS__BACKEND_KWARGS` does not lead to Secret `{secret}` in {pods}"),
  JF683: w(
    "stale-pods",
    "Secret `{secret}` was last written after the start of {pods}, which still have what it held before",
  ),
  JF684: w("other-mode", "`{path}` of a directory cluster has not the {what} that is declared"),
  JF685: e(
    "exposed-keys",
    "job `{job}` runs Jackfield at `{event}`, with the rights of the default branch for whoever causes it",
  ),
  JF686: e("keys-outside", "job `{job}` takes keys, and runs in no environment of GitHub's"),
  JF687: w("shared-job", "job `{job}` takes keys, and runs more than Jackfield"),
  JF688: w("unpinned-action", "job `{job}` pins {uses} by no commit"),
  JF689: w("kept-token", "job `{job}` leaves the token of its checkout to all that runs after it"),

  // JF69 other engines
  JF690: e("flux-recipient", "an environment has a recipient of kind {kind}, which we do not seal for"),
  JF691: e(
    "one-deployment",
    "`--for argocd` prints the Secrets of one Deployment: name it with `--deployment`",
  ),
  JF692: e("plain-on-terminal", "refusing to print plain secrets on a terminal"),
  JF693: e(
    "argocd-caches",
    "Argo CD keeps the manifests it is given in plain text: in its Redis cache, and in the memory of its repo server and controller",
  ),

  // JF70 Kubernetes clusters
  JF700: e("unknown-context", "the kubeconfig has no context `{context}`: {files}"),
  JF701: e("kubeconfig-unreadable", "cannot read the kubeconfig `{path}`: {reason}"),
  JF702: e("unfit-context", "context `{context}` of the kubeconfig {reason}"),
  JF703: e("no-credentials", "context `{context}` gives no credentials: {reason}"),
  JF704: e("not-signed-in", "cluster `{cluster}` does not take our credentials"),
  JF705: e("cluster-unreachable", "cluster `{cluster}` cannot be reached: {reason}"),
  JF706: e("forbidden", "cluster `{cluster}` does not let us {verb} {what}"),
  JF707: e("no-namespace", "there is no namespace `{namespace}` in cluster `{cluster}`"),
  JF708: e("namespace-terminating", "namespace `{namespace}` of cluster `{cluster}` is being deleted"),
  JF709: e("over-quota", "no quota is left for {what} of cluster `{cluster}`"),
  JF710: e("too-large-for-cluster", "{what} is too large for cluster `{cluster}`"),
  JF711: e("invalid-for-cluster", "{what} is not valid for cluster `{cluster}`: {fields}"),
  JF712: e("no-kubernetes", "what answers for cluster `{cluster}` is not its Kubernetes API: {reason}"),
  JF713: e("cluster-error", "cluster `{cluster}` failed at {what}: HTTP {status}{reason}"),
  JF714: e("against-policy", "a policy of cluster `{cluster}` forbids {what}"),
  JF715: e("cluster-busy", "cluster `{cluster}` is too busy for {what}"),

  // JF73 directory clusters
  JF730: e("directory-unreadable", "cannot read `{path}` of a directory cluster: {reason}"),
  JF731: e("directory-unwritable", "cannot write `{path}` of a directory cluster: {reason}"),
  JF732: e("no-plain-folder", "`{path}` of a directory cluster is {reason}"),
  JF733: e("damaged-metadata", "`{path}` of a directory cluster is not as Jackfield leaves it"),
  JF734: e("folder-in-secret", "`{path}` of a directory cluster is a folder, which no Secret holds"),
  JF735: e("no-group", "this machine has no group `{name}`"),
  JF736: e("illegal-name", "`{name}` cannot be the name of a {what}"),
  JF737: e("directory-busy", "`{path}` of a directory cluster is held by another process ({pid})"),
  JF738: e("namespace-not-made", "`{path}` of a directory cluster was not made for a preview"),

  // JF74 changes, approvals
  JF740: w("base-broken", "the base has errors: something that it gave may be told as new"),
  JF741: e("no-base", "Git tells no commit to compare with: no default branch, or no commit yet"),
  JF742: e("merge-conflict", "it does not merge into the base: {paths} conflict"),
  JF745: e(
    "not-approved",
    "Workspace `{workspace}`: environment `{environment}` lacks {count} of its approvals",
  ),
  JF746: e(
    "held",
    "Deployment `{deployment}` is held: {what} from no change that environment `{environment}` approved",
  ),
  JF747: e(
    "not-ahead",
    "Deployment `{deployment}`: commit {commit} was applied, which this one does not follow",
  ),
  JF748: w("other-policy", "the policy of Workspace `{workspace}` is not that of {branch}: {what}"),
  JF749: w("new-workspace", "Workspace `{workspace}` is not on {branch} yet: nobody has reviewed its policy"),

  // JF76 GitHub
  JF760: e("no-runner", "the runner's `{name}` is missing, or not what it is to be"),
  JF761: e("github-failed", "GitHub: `{operation}` gave {status}"),
  JF762: e("no-such-ref", "this clone lacks `{ref}`"),
  JF763: w("no-comment", "no comment was written: {reason}"),
  JF764: e("wrong-event", "`{command}` has nothing to do at event `{event}`"),
  JF765: e("bad-input", "input `{input}` must be {wanted}"),
  JF766: e("no-head", "the last commit of pull request {number} cannot be fetched"),

  // JF78 previews
  JF780: e("no-previews", "Deployment `{base}` allows no previews"),
  JF781: e(
    "protected-base",
    "environment `{environment}` of Deployment `{base}` is protected: it has no previews",
  ),
  JF782: e("paused-base", "Deployment `{base}` is paused: it gets no new previews"),
  JF783: e("bad-preview-namespace", "`{namespace}` cannot be the namespace of a preview: {reason}"),
  JF784: e(
    "bad-placeholder",
    "`{placeholder}` must not stand in `{field}`, which is part of where a credential is sent",
  ),
  JF785: w("left-out", "{kind} `{id}` is left out of the preview: {why}"),
  JF786: e("foreign-namespace", "namespace `{namespace}` is there, and not this preview's"),
  JF787: e("leaving-namespace", "namespace `{namespace}` is still being deleted"),
  JF788: e("too-many-previews", "Deployment `{base}` has {limit} previews, as many as it allows: {names}"),
  JF789: e(
    "too-many-gone",
    "{count} of {total} previews in cluster `{cluster}` would go: that may be a mistake",
  ),
  JF791: w("unwanted", "preview `{deployment}` is not wanted any more: it is taken down"),
  JF792: e("changed-namespace", "somebody else changed namespace `{namespace}` meanwhile"),
  JF793: w("nothing-to-preview", "no Deployment of the default branch allows previews"),
  JF794: w(
    "base-unknown",
    "the default branch has errors: whether a base is gone there is not known, and not counted on",
  ),

  // JF80 CODEOWNERS
  JF800: e("unowned", "{files}: nobody owns what reaches {environments}"),
  JF801: e("foreign-owner", "{files}: {owners} may not approve for {environments}, and one owner is enough"),
  JF802: w("no-common-owner", "{files}: nobody may approve for all of {environments}"),
  JF803: w("unknown-rule", "GitHub passes over this line"),
  JF804: e("no-codeowners", "there is no CODEOWNERS"),
  JF805: e("no-organisation", "teams own files, and nothing tells of which organisation they are"),
  JF806: e("bad-name", "CODEOWNERS can name no file `{path}`"),

  // JF9 defects
  JF901: e("defect", "a defect in Jackfield: {reason}"),
} as const satisfies Record<string, Entry>;

export interface Entry {
  /** A stable word for docs and searches. */
  readonly slug: string;
  readonly severity: Severity;
  readonly text: string;
}

export type Code = keyof typeof catalog;

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The parameter names of a code's text. */
export type ParamsOf<C extends Code> = Placeholders<(typeof catalog)[C]["text"]>;

function e<S extends string, T extends string>(slug: S, text: T) {
  return { slug, severity: "error", text } as const;
}
function w<S extends string, T extends string>(slug: S, text: T) {
  return { slug, severity: "warning", text } as const;
}
function i<S extends string, T extends string>(slug: S, text: T) {
  return { slug, severity: "info", text } as const;
}
