/**
 * Gates on the longest way from register to register through the whole design, as synthesised, memories not in it. Each row
 * is the default machine but for what it says. `npm run logic:points` synthesises every row again and writes this file.
 */
export const wayPointsCsv = `
machine,gates
columns=1 rows=2,120
columns=1 rows=4,119
columns=1 rows=8,121
columns=1 rows=16,136
columns=1 rows=16 clusterSize=8,125
columns=1 rows=16 vectorBits=64 vectorTaps=1 accumulators=36,126
columns=1 rows=4 vectorBits=64,118
columns=1 rows=4 vectorBits=384,127
columns=1 rows=4 vectorTaps=1,118
columns=1 rows=4 accumulators=36,115
columns=1 rows=4 accumulators=288,119
`;
