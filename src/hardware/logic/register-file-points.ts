/**
 * `register_file.sv` as synthesised: gate equivalents of logic and of flip-flops. `npm run logic:points` synthesises every
 * row again and writes this file; a row with zeros is a new point.
 */
export const registerFilePointsCsv = `
words,width,reads,writes,logic,flipFlops
4,16,1,1,264,363
16,16,1,1,1143,1452
64,16,1,1,4630,5806
16,16,2,1,1659,1452
16,16,1,2,2000,1452
16,16,4,4,4685,1452
16,16,8,1,4754,1452
16,16,2,8,6208,1452
16,8,2,1,876,726
16,64,2,2,9000,5806
64,32,4,2,27990,11612
64,16,16,4,44452,5806
256,8,2,1,14050,11612
`;
