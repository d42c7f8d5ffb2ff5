/**
 * Adds items to the end of a list. `push(...items)` puts all of them on the stack, which a hostile file can make
 * overflow.
 */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
