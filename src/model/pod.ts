/** What of a pod tells how it reads Secrets. No value of its environment is in here. */
export interface Pod {
  readonly name: string;
  /** Sorted as the pod has them; those that only prepare it are left out. */
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  /** Some variable of its environment is a setting of Airflow. */
  readonly isAirflow: boolean;
  /** Since when it runs, in ms since 1970; undefined: not yet. It takes its environment then, and never again. */
  readonly startedAt?: number;
  readonly mounts: readonly SecretMount[];
  /** Secrets of which something is in its environment. */
  readonly environment: readonly string[];
  /** Secrets that are in its environment whole. */
  readonly whole: readonly string[];
  /** So are things other than Secrets; what they set is not seen. */
  readonly hasUnseen: boolean;
  /** `AIRFLOW__SECRETS__BACKEND`, by the last part of its name; `unseen`: it comes from elsewhere. */
  readonly backend?: { readonly class: string } | "unseen";
  /** Of `AIRFLOW__SECRETS__BACKEND_KWARGS`. */
  readonly kwargs?: Kwargs | "unseen";
}

/** What of the backend's arguments is no secret; undefined where it is absent, or no text. */
export interface Kwargs {
  readonly connections?: string;
  readonly variables?: string;
  readonly namespace?: string;
}

/** A Secret in the file system of a container. */
export interface SecretMount {
  readonly secret: string;
  /** Without a slash at its end. */
  readonly path: string;
  /** Only a part is mounted, which is never refreshed. */
  readonly isPart: boolean;
  /** Where in the folder each key lies, if only some are taken. */
  readonly items?: ReadonlyMap<string, string>;
}
