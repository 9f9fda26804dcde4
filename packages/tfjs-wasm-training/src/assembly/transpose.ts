/** to[column][row] = from[row][column]; steps say how far apart rows lie on either side. */
export function transpose(from: usize, rows: i32, columns: i32, fromStep: i32, to: usize, toStep: i32): void {
  const fourRows = rows & ~3;
  const fourColumns = columns & ~3;
  for (let row = 0; row < fourRows; row += 4) {
    const block = from + <usize>row * <usize>fromStep;
    for (let column = 0; column < fourColumns; column += 4) {
      const at = to + <usize>column * <usize>toStep + ((<usize>row) << 2);
      transposeFour(block + ((<usize>column) << 2), <usize>fromStep, at, <usize>toStep);
    }
  }
  transposeRest(from, 0, fourRows, fourColumns, columns, fromStep, to, toStep);
  transposeRest(from, fourRows, rows, 0, columns, fromStep, to, toStep);
}

/** Four rows of four. */
function transposeFour(from: usize, fromStep: usize, to: usize, toStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStep);
  const c = v128.load(from + 2 * fromStep);
  const d = v128.load(from + 3 * fromStep);
  const lowAb = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const lowCd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const highAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const highCd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(lowAb, lowCd, 0, 2));
  v128.store(to + toStep, v128.shuffle<f64>(lowAb, lowCd, 1, 3));
  v128.store(to + 2 * toStep, v128.shuffle<f64>(highAb, highCd, 0, 2));
  v128.store(to + 3 * toStep, v128.shuffle<f64>(highAb, highCd, 1, 3));
}

/** Rows and columns that fours leave over, one by one. */
function transposeRest(
  from: usize,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  columns: i32,
  fromStep: i32,
  to: usize,
  toStep: i32,
): void {
  for (let row = firstRow; row < rows; row++)
    for (let column = firstColumn; column < columns; column++)
      store<f32>(
        to + <usize>column * <usize>toStep + ((<usize>row) << 2),
        load<f32>(from + <usize>row * <usize>fromStep + ((<usize>column) << 2)),
      );
}
