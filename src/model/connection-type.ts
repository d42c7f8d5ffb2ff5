/** What Jackfield knows of one Airflow connection type: the data of `src/catalogue/types/<type>.json`. */
export interface ConnectionType {
  /** Airflow's `conn_type`. */
  readonly type: string;
  /** The product's name as people write it. */
  readonly title: string;
  /** One sentence: what it connects to. */
  readonly description: string;
  /** The provider's package on PyPI, or absent for what Airflow has built in. */
  readonly provider?: string;
  /** Every field the type knows, by path: `host`, `port`, `login`, `password`, `schema`, or `extra.<key>`. */
  readonly fields: Readonly<Record<string, FieldSpec>>;
  /** Authentication methods by the name written in `auth`, the commonest first. At least one. */
  readonly methods: Readonly<Record<string, AuthMethod>>;
  /** Paths that every connection of the type needs, whatever the method. */
  readonly required?: readonly string[];
  /**
   * `extra` is open by nature (HTTP headers, driver options): unknown keys are allowed, and those that match
   * Airflow's masking words must be sealed. Says in a few words what the keys are.
   */
  readonly openExtra?: string;
}

export interface AuthMethod {
  readonly title: string;
  readonly description: string;
  /** Paths this method needs. */
  readonly required: readonly string[];
  /** Paths that make sense with this method only (or with others that list them), but may be absent. */
  readonly optional?: readonly string[];
  /** Never told from the fields, because they look like another method's that lacks something: `auth` names it. */
  readonly explicit?: true;
  /** What fields must say for this method, by path, where a type tells its methods by values. Used in examples. */
  readonly values?: Readonly<Record<string, string | boolean>>;
}

export type FieldKind =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "boolean-or-string"
  | "object"
  | "array"
  | "json";

/**
 * One field. `secret`: must come from a Credential. `inert`: says nothing of where a credential is sent
 * (timeouts, labels). `address`: names a host. A field that no method lists may stand with every method.
 */
export interface FieldSpec {
  /** What people call it, e.g. "Account" for `extra.account`, "Database" for Postgres' `schema`. */
  readonly title: string;
  readonly description?: string;
  /** `json`: an object, a list, or a string that holds JSON. `boolean-or-string`: a switch that may be a path. */
  readonly kind: FieldKind;
  readonly secret?: true;
  readonly inert?: true;
  readonly address?: true;
  /** The field holds the id of another connection (`aws_conn_id`). */
  readonly connection?: true;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** What the provider takes when the field is absent. Never written by us. */
  readonly default?: string | number | boolean;
  /** A made-up example; for a secret a placeholder, never something that looks like a real key. */
  readonly example?: string | number | boolean | object;
}

/** Airflow's own fields besides `extra`, in the order people fill them in. */
export const STANDARD_FIELDS = ["host", "port", "login", "password", "schema"] as const;

export type StandardField = (typeof STANDARD_FIELDS)[number];
