import { createLayout } from "../../emit/layout.ts";
import type { Placed } from "../estate.ts";

/** `NAMESPACE/NAME` of every Secret that a Deployment is to have. */
export function secretNamesOf({ workspace, effective }: Placed): readonly string[] {
  return createLayout(workspace.effective)(effective).map(({ namespace, name }) => `${namespace}/${name}`);
}
