/** Sets bytes to zero. */
export function zero(at: usize, bytes: i32): void {
  memory.fill(at, 0, <usize>bytes);
}

/** Copies `rows` times `columns` blocks of `bytes` bytes; steps say how far apart rows and blocks lie on either side. */
export function copyBlocks(
  from: usize,
  fromRowStep: i32,
  fromStep: i32,
  to: usize,
  toRowStep: i32,
  toStep: i32,
  rows: i32,
  columns: i32,
  bytes: i32,
): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      memory.copy(
        to + <usize>i * <usize>toRowStep + <usize>j * <usize>toStep,
        from + <usize>i * <usize>fromRowStep + <usize>j * <usize>fromStep,
        <usize>bytes,
      );
}

/** to[block][times][bytes] = from[block][bytes]. */
export function repeatBlocks(from: usize, blocks: i32, bytes: i32, times: i32, to: usize): void {
  for (let block = 0; block < blocks; block++, from += <usize>bytes)
    for (let i = 0; i < times; i++, to += <usize>bytes) memory.copy(to, from, <usize>bytes);
}

/** to[i][times] = from[i]. */
export function repeatElements(from: usize, count: i32, times: i32, to: usize): void {
  for (let i = 0; i < count; i++, from += 4)
    for (let j = 0; j < times; j++, to += 4) store<f32>(to, load<f32>(from));
}

/** to[i] = the sum of from[i][size]. */
export function foldGroups(from: usize, count: i32, size: i32, to: usize): void {
  for (let i = 0; i < count; i++, to += 4) {
    let sum: f32 = 0;
    for (let j = 0; j < size; j++, from += 4) sum += load<f32>(from);
    store<f32>(to, sum);
  }
}

/** sums[id] += rows[i] for each row whose id lies below `segments`; rows of `width` floats. */
export function segmentSum(
  rows: usize,
  ids: usize,
  count: i32,
  width: i32,
  segments: i32,
  sums: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let i = 0; i < count; i++, ids += 4, rows += bytes) {
    const id = load<i32>(ids);
    if (id < 0 || id >= segments) continue;
    const to = sums + <usize>id * bytes;
    for (let at: usize = 0; at < bytes; at += 4)
      store<f32>(to + at, load<f32>(to + at) + load<f32>(rows + at));
  }
}
