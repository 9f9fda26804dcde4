/** `work`, done once for each object that it is asked of, and remembered as long as the object is. */
export function onceFor<K extends object, T>(work: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly result: T }>();
  return (of) => {
    const found = known.get(of);
    if (found) return found.result;
    const result = work(of);
    known.set(of, { result });
    return result;
  };
}

/** What stands under a key that names all that it depends on; `work` gives it where it is not there yet. */
export function onceUnder<T extends object>(known: Map<string, T>, key: string, work: () => T): T {
  const found = known.get(key);
  if (found) return found;
  const made = work();
  known.set(key, made);
  return made;
}
