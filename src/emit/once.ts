import type { EffectiveObject } from "../model/effective.ts";

/**
 * A function that does its work once per object, however many Deployments share the object; what it made goes
 * when the object goes.
 */
export function oncePerObject<T>(make: (object: EffectiveObject) => T): (object: EffectiveObject) => T {
  const known = new WeakMap<EffectiveObject, { readonly made: T }>();
  return (object) => {
    const before = known.get(object);
    if (before) return before.made;
    const made = make(object);
    known.set(object, { made });
    return made;
  };
}
