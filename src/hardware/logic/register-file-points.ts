/**
 * `register_file.sv` as synthesised: gate equivalents of logic and of flip-flops. `npm run logic:registers` synthesises every
 * row again and writes this file; a row with zeros is a new point.
 */
export const registerFilePointsCsv = `
words,width,reads,writes,logic,flipFlops
4,16,1,1,268,363
16,16,1,1,1145,1452
64,16,1,1,4632,5806
16,16,2,1,1664,1452
16,16,1,2,1799,1452
16,16,4,4,4482,1452
16,16,8,1,4779,1452
16,16,2,8,5703,1452
16,8,2,1,881,726
16,64,2,2,8801,5806
64,32,4,2,26489,11612
64,16,16,4,43839,5806
256,8,2,1,14069,11612
`;
