/** One broken keyword. `schemaPath` leads to its place in the inlined schema of the kind. */
export interface ShapeError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Set for errors in the name of a key. */
  readonly propertyName?: string;
}

/** True if the value has the shape; else `errors` holds what is wrong, until the next call. */
export interface ShapeValidator {
  (value: unknown): boolean;
  errors?: readonly ShapeError[] | null;
}

export const Workspace: ShapeValidator;
export const Deployment: ShapeValidator;
export const Connection: ShapeValidator;
export const Variable: ShapeValidator;
export const EnvironmentVariable: ShapeValidator;
export const Link: ShapeValidator;
export const Credential: ShapeValidator;
