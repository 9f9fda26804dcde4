/** All combinations of whole numbers from 0 that are below each of `sizes`, the last one counting fastest. */
export function* indices<const Sizes extends readonly number[]>(
  ...sizes: Sizes
): Generator<{ readonly [axis in keyof Sizes]: number }> {
  const total = sizes.reduce<number>((product, size) => product * size, 1);
  const at = sizes.map(() => 0);
  for (let left = total; left > 0; left--) {
    yield at.slice() as { readonly [axis in keyof Sizes]: number };
    // as a counter of kilometres does: a wheel that is full begins again, and the one before it goes on
    let axis = at.length - 1;
    while (axis >= 0 && ++at[axis] === sizes[axis]) at[axis--] = 0;
  }
}
