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
adder,format=bf16,1726,0,0
validDataTrace,,11823,3317,17920
validDataTrace,vectorBits=64,8787,3277,13824
validDataTrace,vectorBits=128,10325,3306,15872
validDataTrace,vectorBits=384,16428,3368,24064
validDataTrace,vectorTaps=1,8801,3317,17920
validDataTrace,vectorTaps=4,17894,3317,17920
validDataTrace,vectorTaps=8,30025,3317,17920
validDataTrace,accumulators=36,8147,1378,3968
validDataTrace,accumulators=72,9398,2041,8448
validDataTrace,accumulators=288,16562,5817,37888
validDataTrace,roundKs=1,11828,3317,17664
validDataTrace,roundKs=8,11823,3317,18176
validDataTrace,vectorBits=64 vectorTaps=1 accumulators=36,4153,1338,2944
validDataTrace,vectorBits=96 vectorTaps=4 accumulators=72,10120,2007,6912
windows,,10272,936,30368
windows,vectorBits=64,6424,936,27872
windows,vectorBits=128,8350,936,29120
windows,vectorBits=384,16116,936,34112
windows,vectorTaps=1,7702,936,30368
windows,vectorTaps=4,15425,936,30368
windows,vectorBits=96 vectorTaps=4,10199,936,28496
windows,vectorBits=64 vectorTaps=1,5414,936,27872
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
scheduler,columns=1,1029,272,0
scheduler,columns=4,6112,1089,0
scheduler,columns=8,14285,2177,0
scheduler,columns=16,31879,4355,0
drain,columns=1 rows=4 clusterSize=4,13240,9458,315
drain,columns=1 rows=8 clusterSize=8,25611,20457,315
drain,columns=1 rows=16 clusterSize=16,51088,51234,315
drain,columns=4 rows=8 clusterSize=8,102692,85912,1260
drain,columns=16 rows=16 clusterSize=16,819343,907518,5040
drain,columns=4 rows=8 clusterSize=8 accumulators=72,76010,72621,1248
drain,columns=2 rows=16 clusterSize=16 accumulators=36,61463,83077,618
drain,columns=4 rows=8 clusterSize=8 columnDrainSums=2,83512,67836,1260
drain,columns=8 rows=16 clusterSize=16 columnDrainSums=8,570136,571672,2520
`;
