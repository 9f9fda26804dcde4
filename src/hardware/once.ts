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

/** `work`, not done again for what it was asked of the last time: who goes through many things asks of one several times in a row. */
export function onceInARow<A extends readonly unknown[], T>(work: (...of: A) => T): (...of: A) => T {
  let last: { readonly of: A; readonly result: T } | undefined;
  return (...of) => {
    if (!last || !isSame(last.of, of)) last = { of, result: work(...of) };
    return last.result;
  };
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
