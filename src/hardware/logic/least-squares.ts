/**
 * Coefficients c of the least sum over rows of ((sum of c x term) / value - 1)^2: errors count in proportion. As many
 * terms a row as coefficients; more rows than these.
 */
export function leastSquares(rows: readonly { readonly terms: readonly number[]; readonly value: number }[]) {
  const size = rows[0].terms.length;
  const scaled = rows.map(({ terms, value }) => terms.map((term) => term / value));
  // the normal equations, each with its right side
  const equations = Array.from({ length: size }, (_, i) => {
    const of = (j: number) => scaled.reduce((sum, row) => sum + row[i] * (j < size ? row[j] : 1), 0);
    return Array.from({ length: size + 1 }, (_, j) => of(j));
  });
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let j = i; j < size; j++) if (Math.abs(equations[j][i]) > Math.abs(equations[pivot][i])) pivot = j;
    [equations[i], equations[pivot]] = [equations[pivot], equations[i]];
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const times = equations[j][i] / equations[i][i];
      equations[j] = equations[j].map((value, k) => value - times * equations[i][k]);
    }
  }
  return equations.map((equation, i) => equation[size] / equation[i]);
}
