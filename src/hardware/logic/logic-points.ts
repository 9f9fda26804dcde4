/**
 * Blocks of the machine as synthesised: gate equivalents of logic and of flip-flops, and bits left to a memory compiler.
 * Each is of the default machine but for what its row says; multiplier and adder are of one MAC. `npm run logic:points`
 * synthesises every row again and writes this file; a row with zeros is a new point.
 */
export const logicPointsCsv = `
block,machine,logic,flipFlops,memoryBits
multiplier,format=int8,543,0,0
multiplier,format=int16,2277,0,0
multiplier,format=bf16,635,0,0
adder,format=int8,229,0,0
adder,format=int16,229,0,0
adder,format=bf16,1821,0,0
validDataTrace,,21460,3283,11776
validDataTrace,traceBits=64,11434,3255,11776
validDataTrace,traceBits=128,16412,3277,11776
validDataTrace,traceBits=384,36478,3306,11776
validDataTrace,traceTaps=1,17826,3283,11776
validDataTrace,traceTaps=4,28008,3283,11776
validDataTrace,traceTaps=8,41175,3283,11776
validDataTrace,accumulators=36,17077,1344,2432
validDataTrace,accumulators=72,18511,2007,5376
validDataTrace,accumulators=288,27186,5783,25600
validDataTrace,roundKs=1,21457,3283,11520
validDataTrace,roundKs=8,21460,3283,12032
validDataTrace,traceBits=64 traceTaps=1 accumulators=36,6034,1315,2432
validDataTrace,traceBits=96 traceTaps=4 accumulators=72,14283,1985,5376
windows,,13275,936,29808
windows,traceBits=64,7034,936,27760
windows,traceBits=128,10152,936,28784
windows,traceBits=384,22593,936,32880
windows,traceTaps=1,10701,936,29808
windows,traceTaps=4,18420,936,29808
windows,traceBits=96 traceTaps=4,11410,936,28272
windows,traceBits=64 traceTaps=1,6013,936,27760
accumulation,accumulators=36,823,686,2048
accumulation,accumulators=72,1365,907,4096
accumulation,accumulators=144,2530,1332,8192
accumulation,accumulators=288,4876,2166,16384
balancer,rows=2 clusterSize=2,857,0,0
balancer,rows=4 clusterSize=4,1950,0,0
balancer,rows=8 clusterSize=8,4884,0,0
balancer,rows=16 clusterSize=16,14327,0,0
crossbar,rows=2 clusterSize=2 format=int8,322,442,0
crossbar,rows=2 clusterSize=2 format=bf16,471,442,0
crossbar,rows=4 clusterSize=4 format=int8,1520,998,0
crossbar,rows=4 clusterSize=4 format=bf16,2116,998,0
crossbar,rows=8 clusterSize=8 format=int8,6645,2223,0
crossbar,rows=8 clusterSize=8 format=bf16,9030,2223,0
crossbar,rows=16 clusterSize=16 format=int8,27570,4899,0
crossbar,rows=16 clusterSize=16 format=bf16,37125,4899,0
scheduler,columns=1,1062,272,0
scheduler,columns=4,6053,1089,0
scheduler,columns=8,14026,2177,0
scheduler,columns=16,32074,4355,0
drain,columns=1 rows=4 clusterSize=4,13474,9458,315
drain,columns=1 rows=8 clusterSize=8,26898,20457,315
drain,columns=1 rows=16 clusterSize=16,56166,51234,315
drain,columns=4 rows=8 clusterSize=8,108861,85912,1260
drain,columns=16 rows=16 clusterSize=16,921012,907518,5040
drain,columns=4 rows=8 clusterSize=8 accumulators=72,81926,72621,1248
drain,columns=2 rows=16 clusterSize=16 accumulators=36,71806,83077,618
drain,columns=4 rows=8 clusterSize=8 columnDrainSums=2,88835,67836,1260
drain,columns=8 rows=16 clusterSize=16 columnDrainSums=8,619985,571672,2520
`;
