import type { Deployment } from "./declaration.ts";

/** The name that every Secret of a Deployment is made from: `secretName`, or `jackfield-<deployment>`. */
export function baseName({ name, secretName }: Pick<Deployment, "name" | "secretName">): string {
  return secretName?.value ?? `jackfield-${name.value}`;
}
