/**
 * What one use of a block of logic switches, by simulation of its gates: of the block gate equivalents of logic, flip-flops, and
 * gates on the longest way; of a use, mean over so many, toggled gate equivalents, flip-flops that toggled and those that were
 * clocked. `npm run logic:toggles -- TRACES` measures every row again and writes this file.
 */
export const togglePointsCsv = `
block,variant,operands,uses,gateEquivalents,flipFlops,gates,logicToggles,flipFlopToggles,clockedFlipFlops
published multiplier,int8,random,4000,543,0,19,208.27,0,0
published multiplier,int16,random,4000,2284,0,36,883.05,0,0
published multiplier,int32,random,4000,9050,0,68,3537.8,0,0
published multiplier,fp16,random,4000,1068,0,46,386.88,0,0
published multiplier,fp32,random,4000,4965,0,87,1879.2,0,0
published adder,int8,random,4000,53,0,8,24.767,0,0
published adder,int16,random,4000,113,0,16,52.617,0,0
published adder,int32,random,4000,235,0,32,109.24,0,0
published adder,fp16,random,4000,798,0,34,321.2,0,0
published adder,fp32,random,4000,1722,0,39,698.95,0,0
multiplier,int8,vgg8-cifar10-step2270,4000,543,0,19,117.48,0,0
multiplier,int8,vgg8-cifar10-step2270-mask40,4000,543,0,19,114.03,0,0
multiplier,int8,resnet20-cifar10-step452,4000,543,0,19,75.858,0,0
adder,int8,vgg8-cifar10-step2270,4000,229,0,32,62.267,0,0
adder,int8,vgg8-cifar10-step2270-mask40,4000,229,0,32,60.933,0,0
adder,int8,resnet20-cifar10-step452,4000,229,0,32,42.949,0,0
multiplier,int16,vgg8-cifar10-step2270,4000,2284,0,36,676.29,0,0
multiplier,int16,vgg8-cifar10-step2270-mask40,4000,2284,0,36,677.9,0,0
multiplier,int16,resnet20-cifar10-step452,4000,2284,0,36,597.62,0,0
adder,int16,vgg8-cifar10-step2270,4000,229,0,32,94.142,0,0
adder,int16,vgg8-cifar10-step2270-mask40,4000,229,0,32,94.552,0,0
adder,int16,resnet20-cifar10-step452,4000,229,0,32,85.98,0,0
multiplier,fp8,vgg8-cifar10-step2270,4000,173,0,15,60.231,0,0
multiplier,fp8,vgg8-cifar10-step2270-mask40,4000,173,0,15,61.138,0,0
multiplier,fp8,resnet20-cifar10-step452,4000,173,0,15,54.562,0,0
adder,fp8,vgg8-cifar10-step2270,4000,1722,0,39,361.29,0,0
adder,fp8,vgg8-cifar10-step2270-mask40,4000,1722,0,39,363.75,0,0
adder,fp8,resnet20-cifar10-step452,4000,1722,0,39,299.91,0,0
multiplier,bf16,vgg8-cifar10-step2270,4000,644,0,31,216.06,0,0
multiplier,bf16,vgg8-cifar10-step2270-mask40,4000,644,0,31,217.08,0,0
multiplier,bf16,resnet20-cifar10-step452,4000,644,0,31,208.59,0,0
adder,bf16,vgg8-cifar10-step2270,4000,1722,0,39,530.43,0,0
adder,bf16,vgg8-cifar10-step2270-mask40,4000,1722,0,39,529.45,0,0
adder,bf16,resnet20-cifar10-step452,4000,1722,0,39,472.76,0,0
multiplier,fp16,vgg8-cifar10-step2270,4000,1049,0,33,394.32,0,0
multiplier,fp16,vgg8-cifar10-step2270-mask40,4000,1049,0,33,392.77,0,0
multiplier,fp16,resnet20-cifar10-step452,4000,1049,0,33,384.36,0,0
adder,fp16,vgg8-cifar10-step2270,4000,1722,0,39,615.11,0,0
adder,fp16,vgg8-cifar10-step2270-mask40,4000,1722,0,39,613.8,0,0
adder,fp16,resnet20-cifar10-step452,4000,1722,0,39,549.24,0,0
multiplier,fp32,vgg8-cifar10-step2270,4000,4965,0,87,1877.1,0,0
multiplier,fp32,vgg8-cifar10-step2270-mask40,4000,4965,0,87,1870.5,0,0
multiplier,fp32,resnet20-cifar10-step452,4000,4965,0,87,1861.7,0,0
adder,fp32,vgg8-cifar10-step2270,4000,1722,0,39,639.03,0,0
adder,fp32,vgg8-cifar10-step2270-mask40,4000,1722,0,39,637.25,0,0
adder,fp32,resnet20-cifar10-step452,4000,1722,0,39,566.58,0,0
lnpuLine,8,vgg8-cifar10-step2270,6000,3202,381,20,236.26,32.413,212.83
lnpuLine,8,vgg8-cifar10-step2270-mask40,6000,3202,381,20,236.26,32.413,212.83
lnpuLine,8,resnet20-cifar10-step452,6000,3202,381,20,134.87,22.537,206.11
lnpuLine,16,vgg8-cifar10-step2270,6000,3252,421,20,238.2,33.142,221.94
lnpuLine,16,vgg8-cifar10-step2270-mask40,6000,3252,421,20,238.2,33.142,221.94
lnpuLine,16,resnet20-cifar10-step452,6000,3252,421,20,135.61,22.764,214.61
lnpuLine,32,vgg8-cifar10-step2270,6000,3364,501,20,242.84,35.355,241.16
lnpuLine,32,vgg8-cifar10-step2270-mask40,6000,3364,501,20,242.84,35.355,241.16
lnpuLine,32,resnet20-cifar10-step452,6000,3364,501,20,137.84,23.745,232.6
scatter,,vgg8-cifar10-step2270,6004,41984,2624,25,510.11,12.752,97.221
scatter,,vgg8-cifar10-step2270-mask40,6004,41984,2624,25,510.11,12.752,97.221
scatter,,resnet20-cifar10-step452,6010,41984,2624,25,361.35,9.5963,97.781
coordinates,,vgg8-cifar10-step2270,6000,1850,112,15,410.23,36.393,112
coordinates,,vgg8-cifar10-step2270-mask40,6000,1850,112,15,410.23,36.393,112
coordinates,,resnet20-cifar10-step452,6000,1850,112,15,391.67,31.368,112
antCandidates,,vgg8-cifar10-step2270,5948,1924,156,20,298.1,16.822,177.41
antCandidates,,vgg8-cifar10-step2270-mask40,5948,1924,156,20,298.1,16.822,177.41
antCandidates,,resnet20-cifar10-step452,6136,1924,156,20,717.28,41.118,361.09
nonzeroReader,,vgg8-cifar10-step2270,6000,336,42,20,39.523,2.461,39.11
nonzeroReader,,vgg8-cifar10-step2270-mask40,6000,336,42,20,39.523,2.461,39.11
nonzeroReader,,resnet20-cifar10-step452,6000,336,42,20,35.814,2.036,35.057
nonzeroReader4,,vgg8-cifar10-step2270,12190,915,42,34,67.121,2.1924,20.976
nonzeroReader4,,vgg8-cifar10-step2270-mask40,12190,915,42,34,67.121,2.1924,20.976
nonzeroReader4,,resnet20-cifar10-step452,21481,915,42,34,55.137,1.7607,10.425
sparsetrainPe,8,vgg8-cifar10-step2270,8184,942,166,22,143.62,18.449,99.852
sparsetrainPe,8,vgg8-cifar10-step2270-mask40,8184,942,166,22,143.62,18.449,99.852
sparsetrainPe,8,resnet20-cifar10-step452,11414,942,166,22,149.52,15.05,72.67
sparsetrainPe,16,vgg8-cifar10-step2270,8184,954,190,22,166.98,27.369,121.17
sparsetrainPe,16,vgg8-cifar10-step2270-mask40,8184,954,190,22,166.98,27.369,121.17
sparsetrainPe,16,resnet20-cifar10-step452,11414,954,190,22,162.68,22.707,93.545
sparsetrainPe,32,vgg8-cifar10-step2270,8184,947,238,22,167.99,45.798,166.09
sparsetrainPe,32,vgg8-cifar10-step2270-mask40,8184,947,238,22,167.99,45.798,166.09
sparsetrainPe,32,resnet20-cifar10-step452,11414,947,238,22,159.14,39.324,136.56
innerJoin,8,vgg8-cifar10-step2270,6000,4044,662,30,329.35,44.188,322.13
innerJoin,8,vgg8-cifar10-step2270-mask40,6000,4044,662,30,329.35,44.188,322.13
innerJoin,8,resnet20-cifar10-step452,6000,4044,662,30,165.46,11.111,172.85
innerJoin,16,vgg8-cifar10-step2270,6000,4048,678,32,334.64,48.621,338.13
innerJoin,16,vgg8-cifar10-step2270-mask40,6000,4048,678,32,334.64,48.621,338.13
innerJoin,16,resnet20-cifar10-step452,6000,4048,678,32,169.69,15.477,188.85
innerJoin,32,vgg8-cifar10-step2270,6000,4054,710,31,332.56,64.465,370.13
innerJoin,32,vgg8-cifar10-step2270-mask40,6000,4054,710,31,332.56,64.465,370.13
innerJoin,32,resnet20-cifar10-step452,6000,4054,710,31,163.72,31.47,220.85
tensordashScheduler,,vgg8-cifar10-step2270,6000,880,112,14,152.86,25.683,112
tensordashScheduler,,vgg8-cifar10-step2270-mask40,6000,880,112,14,152.86,25.683,112
tensordashScheduler,,resnet20-cifar10-step452,6000,880,112,14,0,0,112
tensordashLane,8,vgg8-cifar10-step2270,6000,282,0,4,59.906,0,0
tensordashLane,8,vgg8-cifar10-step2270-mask40,6000,282,0,4,59.906,0,0
tensordashLane,8,resnet20-cifar10-step452,6000,282,0,4,96.895,0,0
tensordashLane,16,vgg8-cifar10-step2270,6000,564,0,4,127.89,0,0
tensordashLane,16,vgg8-cifar10-step2270-mask40,6000,564,0,4,127.89,0,0
tensordashLane,16,resnet20-cifar10-step452,6000,564,0,4,185.62,0,0
tensordashLane,32,vgg8-cifar10-step2270,6000,1129,0,4,269.06,0,0
tensordashLane,32,vgg8-cifar10-step2270-mask40,6000,1129,0,4,269.06,0,0
tensordashLane,32,resnet20-cifar10-step452,6000,1129,0,4,423.6,0,0
procrustesLoad,,vgg8-cifar10-step2270,5120,2847,576,11,366.89,27.551,185.8
procrustesLoad,,vgg8-cifar10-step2270-mask40,5120,2847,576,11,366.89,27.551,185.8
procrustesLoad,,resnet20-cifar10-step452,5120,2847,576,11,511.06,47.031,216.72
spreadWord,,vgg8-cifar10-step2270,6006,939,78,20,168.29,17.212,145.85
spreadWord,,vgg8-cifar10-step2270-mask40,6006,939,78,20,168.29,17.212,145.85
spreadWord,,resnet20-cifar10-step452,6012,939,78,20,251.18,24.764,106
traceCycle,8/2 traces,vgg8-cifar10-step2270,9360,7232,146,52,6.8414,0,52
traceCycle,8/2 traces,vgg8-cifar10-step2270-mask40,9360,7232,146,52,6.403,0,52
traceCycle,8/2 traces,resnet20-cifar10-step452,9360,7232,146,52,10.814,0,52
traceLook,8/2 traces,vgg8-cifar10-step2270,6740,7232,146,52,83.833,20.29,56.047
traceLook,8/2 traces,vgg8-cifar10-step2270-mask40,6740,7232,146,52,84.409,19.524,58.361
traceLook,8/2 traces,resnet20-cifar10-step452,44256,7232,146,52,59.054,9.1158,72.099
tracePair,8/2 traces,vgg8-cifar10-step2270,28928,7232,146,52,209.99,10.855,30.334
tracePair,8/2 traces,vgg8-cifar10-step2270-mask40,13001,7232,146,52,229.24,12.193,29.695
tracePair,8/2 traces,resnet20-cifar10-step452,252664,7232,146,52,145.49,9.029,27.582
traceJob,8/2 traces,vgg8-cifar10-step2270,1257,7232,146,52,1527.9,117.73,837.83
traceJob,8/2 traces,vgg8-cifar10-step2270-mask40,1257,7232,146,52,1492.7,121.54,821.38
traceJob,8/2 traces,resnet20-cifar10-step452,1584,7232,146,52,3538.9,340.14,826.02
traceCycle,8/3 traces,vgg8-cifar10-step2270,9360,7226,147,52,10.098,0.5937,55.276
traceCycle,8/3 traces,vgg8-cifar10-step2270-mask40,9360,7226,147,52,9.823,0.61143,55.263
traceCycle,8/3 traces,resnet20-cifar10-step452,9360,7226,147,52,11.971,0.18248,53.766
traceLook,8/3 traces,vgg8-cifar10-step2270,6740,7226,147,52,84.764,18.851,52.462
traceLook,8/3 traces,vgg8-cifar10-step2270-mask40,6740,7226,147,52,81.706,18.594,54.551
traceLook,8/3 traces,resnet20-cifar10-step452,44256,7226,147,52,63.285,9.0853,71.193
tracePair,8/3 traces,vgg8-cifar10-step2270,28928,7226,147,52,209.63,10.462,29.02
tracePair,8/3 traces,vgg8-cifar10-step2270-mask40,13001,7226,147,52,229.85,11.873,28.795
tracePair,8/3 traces,resnet20-cifar10-step452,252664,7226,147,52,143.55,8.9989,27.462
traceJob,8/3 traces,vgg8-cifar10-step2270,1257,7226,147,52,1391.3,114.49,794.06
traceJob,8/3 traces,vgg8-cifar10-step2270-mask40,1257,7226,147,52,1391.3,117.26,779.37
traceJob,8/3 traces,resnet20-cifar10-step452,1584,7226,147,52,3386.2,338.64,824.92
traceCycle,16/2 traces,vgg8-cifar10-step2270,9360,6106,133,47,8.6929,0,46
traceCycle,16/2 traces,vgg8-cifar10-step2270-mask40,9360,6106,133,47,8.4648,0,46
traceCycle,16/2 traces,resnet20-cifar10-step452,9360,6106,133,47,11.186,0,46
traceLook,16/2 traces,vgg8-cifar10-step2270,6740,6106,133,47,108.28,24.477,85.171
traceLook,16/2 traces,vgg8-cifar10-step2270-mask40,6740,6106,133,47,110.88,24.855,87.688
traceLook,16/2 traces,resnet20-cifar10-step452,44256,6106,133,47,95.061,16.729,88.598
tracePair,16/2 traces,vgg8-cifar10-step2270,28928,6106,133,47,203.63,10.897,23.212
tracePair,16/2 traces,vgg8-cifar10-step2270-mask40,13001,6106,133,47,223.24,12.108,22.38
tracePair,16/2 traces,resnet20-cifar10-step452,252664,6106,133,47,154.07,9.9642,21.296
traceJob,16/2 traces,vgg8-cifar10-step2270,1257,6106,133,47,1364.4,109.47,498.55
traceJob,16/2 traces,vgg8-cifar10-step2270-mask40,1257,6106,133,47,1315.4,109.32,479.82
traceJob,16/2 traces,resnet20-cifar10-step452,1584,6106,133,47,2557.3,255.45,541.87
traceCycle,16/3 traces,vgg8-cifar10-step2270,9360,6129,137,47,11.61,0.51549,50.018
traceCycle,16/3 traces,vgg8-cifar10-step2270-mask40,9360,6129,137,47,11.491,0.54466,50.015
traceCycle,16/3 traces,resnet20-cifar10-step452,9360,6129,137,47,12.125,0.15972,48.661
traceLook,16/3 traces,vgg8-cifar10-step2270,6740,6129,137,47,118.21,26.465,88.219
traceLook,16/3 traces,vgg8-cifar10-step2270-mask40,6740,6129,137,47,122.18,26.539,90.849
traceLook,16/3 traces,resnet20-cifar10-step452,44256,6129,137,47,95.253,18.242,93.258
tracePair,16/3 traces,vgg8-cifar10-step2270,28928,6129,137,47,203.24,10.56,22.253
tracePair,16/3 traces,vgg8-cifar10-step2270-mask40,13001,6129,137,47,224.06,11.782,21.603
tracePair,16/3 traces,resnet20-cifar10-step452,252664,6129,137,47,153.53,9.9023,21.146
traceJob,16/3 traces,vgg8-cifar10-step2270,1257,6129,137,47,1340.8,104.67,482.45
traceJob,16/3 traces,vgg8-cifar10-step2270-mask40,1257,6129,137,47,1301.5,106.16,463.42
traceJob,16/3 traces,resnet20-cifar10-step452,1584,6129,137,47,2798.9,262.81,553.2
traceCycle,32/2 traces,vgg8-cifar10-step2270,9360,6638,132,46,9.7871,0,48
traceCycle,32/2 traces,vgg8-cifar10-step2270-mask40,9360,6638,132,46,9.5487,0,48
traceCycle,32/2 traces,resnet20-cifar10-step452,9360,6638,132,46,12.232,0,48
traceLook,32/2 traces,vgg8-cifar10-step2270,6740,6638,132,46,113.1,40.844,114.94
traceLook,32/2 traces,vgg8-cifar10-step2270-mask40,6740,6638,132,46,116.33,41.13,117.75
traceLook,32/2 traces,resnet20-cifar10-step452,44256,6638,132,46,99.13,32.13,119.35
tracePair,32/2 traces,vgg8-cifar10-step2270,28928,6638,132,46,237.14,10.355,22.05
tracePair,32/2 traces,vgg8-cifar10-step2270-mask40,13001,6638,132,46,256.37,11.592,21.123
tracePair,32/2 traces,resnet20-cifar10-step452,252664,6638,132,46,192.01,9.177,20.261
traceJob,32/2 traces,vgg8-cifar10-step2270,1257,6638,132,46,1402.5,105.96,558.24
traceJob,32/2 traces,vgg8-cifar10-step2270-mask40,1257,6638,132,46,1346.6,105.7,537.05
traceJob,32/2 traces,resnet20-cifar10-step452,1584,6638,132,46,2449.7,292.6,601.73
traceCycle,32/3 traces,vgg8-cifar10-step2270,9360,6641,136,47,12.736,0.51549,52.018
traceCycle,32/3 traces,vgg8-cifar10-step2270-mask40,9360,6641,136,47,12.591,0.54466,52.015
traceCycle,32/3 traces,resnet20-cifar10-step452,9360,6641,136,47,13.227,0.15972,50.661
traceLook,32/3 traces,vgg8-cifar10-step2270,6740,6641,136,47,123.78,42.535,117.3
traceLook,32/3 traces,vgg8-cifar10-step2270-mask40,6740,6641,136,47,127.95,42.747,120.2
traceLook,32/3 traces,resnet20-cifar10-step452,44256,6641,136,47,106.17,33.551,123.82
tracePair,32/3 traces,vgg8-cifar10-step2270,28928,6641,136,47,236.43,9.9721,21.1
tracePair,32/3 traces,vgg8-cifar10-step2270-mask40,13001,6641,136,47,256.83,11.204,20.35
tracePair,32/3 traces,resnet20-cifar10-step452,252664,6641,136,47,188.34,9.1173,20.11
traceJob,32/3 traces,vgg8-cifar10-step2270,1257,6641,136,47,1350.1,102.99,543.37
traceJob,32/3 traces,vgg8-cifar10-step2270-mask40,1257,6641,136,47,1302.9,104.12,522.18
traceJob,32/3 traces,resnet20-cifar10-step452,1584,6641,136,47,2676.7,300.39,613.9
chunkActivated,2 traces,vgg8-cifar10-step2270,120,6106,133,47,293.65,102.35,414
chunkActivated,2 traces,vgg8-cifar10-step2270-mask40,120,6106,133,47,285.41,95.817,414
chunkActivated,2 traces,resnet20-cifar10-step452,120,6106,133,47,320.44,138.13,414
chunkActivated,3 traces,vgg8-cifar10-step2270,120,6129,137,47,225.39,103.1,409.18
chunkActivated,3 traces,vgg8-cifar10-step2270-mask40,120,6129,137,47,216.87,96.364,409.26
chunkActivated,3 traces,resnet20-cifar10-step452,120,6129,137,47,267,141.51,419.39
macPair,8,vgg8-cifar10-step2270,6000,158,80,2,25.805,13.264,50
macPair,8,vgg8-cifar10-step2270-mask40,6000,158,80,2,25.747,13.168,50.053
macPair,8,resnet20-cifar10-step452,6000,158,80,2,18.806,11.966,50
macPair,16,vgg8-cifar10-step2270,6000,158,88,2,41.327,20.63,58.016
macPair,16,vgg8-cifar10-step2270-mask40,6000,158,88,2,42.45,20.834,58.213
macPair,16,resnet20-cifar10-step452,6000,158,88,2,34.862,19.777,58
macPair,32,vgg8-cifar10-step2270,6000,158,96,2,47.226,26.92,66.016
macPair,32,vgg8-cifar10-step2270-mask40,6000,158,96,2,47.975,26.997,66.213
macPair,32,resnet20-cifar10-step452,6000,158,96,2,38.655,25.715,66
switchedPair,8/2 traces,vgg8-cifar10-step2270,122880,567,0,7,36.838,0,0
switchedPair,8/2 traces,vgg8-cifar10-step2270-mask40,122880,567,0,7,38.097,0,0
switchedPair,8/2 traces,resnet20-cifar10-step452,122880,567,0,7,31.382,0,0
switchedSum,8/2 traces,vgg8-cifar10-step2270,73324,567,0,7,40.215,0,0
switchedSum,8/2 traces,vgg8-cifar10-step2270-mask40,73232,567,0,7,40.284,0,0
switchedSum,8/2 traces,resnet20-cifar10-step452,44916,567,0,7,42.528,0,0
switchedPair,8/3 traces,vgg8-cifar10-step2270,84480,2625,27,9,67.305,0.17051,1.9325
switchedPair,8/3 traces,vgg8-cifar10-step2270-mask40,84480,2625,27,9,71.019,0.17051,1.9325
switchedPair,8/3 traces,resnet20-cifar10-step452,84480,2625,27,9,52.201,0.17051,1.9325
switchedSum,8/3 traces,vgg8-cifar10-step2270,50549,2625,27,9,73.368,0,0
switchedSum,8/3 traces,vgg8-cifar10-step2270-mask40,50099,2625,27,9,71.425,0,0
switchedSum,8/3 traces,resnet20-cifar10-step452,30533,2625,27,9,83.243,0,0
switchedPair,16/2 traces,vgg8-cifar10-step2270,122880,520,0,4,49.246,0,0
switchedPair,16/2 traces,vgg8-cifar10-step2270-mask40,122880,520,0,4,49.444,0,0
switchedPair,16/2 traces,resnet20-cifar10-step452,122880,520,0,4,39.032,0,0
switchedSum,16/2 traces,vgg8-cifar10-step2270,79613,520,0,4,40.316,0,0
switchedSum,16/2 traces,vgg8-cifar10-step2270-mask40,79089,520,0,4,42.147,0,0
switchedSum,16/2 traces,resnet20-cifar10-step452,53699,520,0,4,51.141,0,0
switchedPair,16/3 traces,vgg8-cifar10-step2270,84480,2911,27,8,105.56,0.17051,1.9325
switchedPair,16/3 traces,vgg8-cifar10-step2270-mask40,84480,2911,27,8,104.05,0.17051,1.9325
switchedPair,16/3 traces,resnet20-cifar10-step452,84480,2911,27,8,78.919,0.17051,1.9325
switchedSum,16/3 traces,vgg8-cifar10-step2270,55021,2911,27,8,73.069,0,0
switchedSum,16/3 traces,vgg8-cifar10-step2270-mask40,54565,2911,27,8,79.217,0,0
switchedSum,16/3 traces,resnet20-cifar10-step452,36885,2911,27,8,103.02,0,0
switchedPair,32/2 traces,vgg8-cifar10-step2270,122880,457,0,3,45.52,0,0
switchedPair,32/2 traces,vgg8-cifar10-step2270-mask40,122880,457,0,3,45.885,0,0
switchedPair,32/2 traces,resnet20-cifar10-step452,122880,457,0,3,35.733,0,0
switchedSum,32/2 traces,vgg8-cifar10-step2270,79613,457,0,3,41.564,0,0
switchedSum,32/2 traces,vgg8-cifar10-step2270-mask40,79089,457,0,3,43.092,0,0
switchedSum,32/2 traces,resnet20-cifar10-step452,53699,457,0,3,53.089,0,0
switchedPair,32/3 traces,vgg8-cifar10-step2270,84480,3518,27,8,155.87,0.17051,1.9325
switchedPair,32/3 traces,vgg8-cifar10-step2270-mask40,84480,3518,27,8,151.19,0.17051,1.9325
switchedPair,32/3 traces,resnet20-cifar10-step452,84480,3518,27,8,127.52,0.17051,1.9325
switchedSum,32/3 traces,vgg8-cifar10-step2270,55021,3518,27,8,54.047,0,0
switchedSum,32/3 traces,vgg8-cifar10-step2270-mask40,54565,3518,27,8,66.834,0,0
switchedSum,32/3 traces,resnet20-cifar10-step452,36885,3518,27,8,85.916,0,0
neighbourPair,8,vgg8-cifar10-step2270,38400,2625,27,9,32.71,0,0
neighbourPair,8,vgg8-cifar10-step2270-mask40,38400,2625,27,9,29.481,0,0
neighbourPair,8,resnet20-cifar10-step452,38400,2625,27,9,22.897,0,0
neighbourSum,8,vgg8-cifar10-step2270,22960,2625,27,9,17.437,0,0
neighbourSum,8,vgg8-cifar10-step2270-mask40,22723,2625,27,9,25.457,0,0
neighbourSum,8,resnet20-cifar10-step452,13765,2625,27,9,18.887,0,0
neighbourPair,16,vgg8-cifar10-step2270,38400,2911,27,8,47.626,0,0
neighbourPair,16,vgg8-cifar10-step2270-mask40,38400,2911,27,8,46.756,0,0
neighbourPair,16,resnet20-cifar10-step452,38400,2911,27,8,35.362,0,0
neighbourSum,16,vgg8-cifar10-step2270,24954,2911,27,8,27.044,0,0
neighbourSum,16,vgg8-cifar10-step2270-mask40,24694,2911,27,8,34.024,0,0
neighbourSum,16,resnet20-cifar10-step452,16147,2911,27,8,40.356,0,0
neighbourPair,32,vgg8-cifar10-step2270,38400,3518,27,8,100.29,0,0
neighbourPair,32,vgg8-cifar10-step2270-mask40,38400,3518,27,8,105.06,0,0
neighbourPair,32,resnet20-cifar10-step452,38400,3518,27,8,90.009,0,0
neighbourSum,32,vgg8-cifar10-step2270,24954,3518,27,8,19.06,0,0
neighbourSum,32,vgg8-cifar10-step2270-mask40,24694,3518,27,8,17.599,0,0
neighbourSum,32,resnet20-cifar10-step452,16147,3518,27,8,28.8,0,0
jobChosen,2 traces,vgg8-cifar10-step2270,320,71,10,6,18.391,0.12812,33.141
jobChosen,2 traces,vgg8-cifar10-step2270-mask40,321,71,10,6,16.043,0.096573,18.953
jobChosen,2 traces,resnet20-cifar10-step452,320,71,10,6,21.746,0.33437,229.15
jobChosen,3 traces,vgg8-cifar10-step2270,320,334,14,19,106.62,1.0437,31.319
jobChosen,3 traces,vgg8-cifar10-step2270-mask40,321,334,14,19,98.09,0.97819,21.813
jobChosen,3 traces,resnet20-cifar10-step452,320,334,14,19,118.98,1.2125,136.29
listWord,8,vgg8-cifar10-step2270,572,1718,67,22,228.41,11.049,31
listWord,8,vgg8-cifar10-step2270-mask40,812,1718,67,22,172.26,8.3744,23.315
listWord,8,resnet20-cifar10-step452,1584,1718,67,22,189.41,2.7348,12.03
listWord,16,vgg8-cifar10-step2270,752,1202,58,22,167.69,9.5971,33.383
listWord,16,vgg8-cifar10-step2270-mask40,992,1202,58,22,137.05,7.7591,27
listWord,16,resnet20-cifar10-step452,2896,1202,58,22,108.23,1.8343,12
listWord,32,vgg8-cifar10-step2270,752,1615,106,21,261.96,20.254,55.766
listWord,32,vgg8-cifar10-step2270-mask40,992,1615,106,21,208.42,15.838,44.21
listWord,32,resnet20-cifar10-step452,2896,1615,106,21,223.37,1.8343,13
chunkWord,2 traces,vgg8-cifar10-step2270,2757,192,32,6,14.711,3.6812,23.524
chunkWord,2 traces,vgg8-cifar10-step2270-mask40,2757,192,32,6,14.711,3.6812,23.524
chunkWord,2 traces,resnet20-cifar10-step452,3994,192,32,6,12.533,3.164,22.743
chunkWord,3 traces,vgg8-cifar10-step2270,2767,341,51,7,15.467,3.7495,30.92
chunkWord,3 traces,vgg8-cifar10-step2270-mask40,2767,341,51,7,15.467,3.7495,30.92
chunkWord,3 traces,resnet20-cifar10-step452,3978,341,51,7,13.097,3.2212,30.031
readCouple,2 traces,vgg8-cifar10-step2270,1080,540,18,8,74.525,2.663,19
readCouple,2 traces,vgg8-cifar10-step2270-mask40,654,540,18,8,82.571,3.2477,19
readCouple,2 traces,resnet20-cifar10-step452,1080,540,18,8,79.677,2.663,19
passedCouple,2 traces,vgg8-cifar10-step2270,1080,540,18,8,34.391,0,1
passedCouple,2 traces,vgg8-cifar10-step2270-mask40,700,540,18,8,37.765,0,1
passedCouple,2 traces,resnet20-cifar10-step452,1080,540,18,8,36.582,0,1
readCouple,3 traces,vgg8-cifar10-step2270,1080,1543,33,11,95.409,2.663,34
readCouple,3 traces,vgg8-cifar10-step2270-mask40,654,1543,33,11,105.92,3.2477,34
readCouple,3 traces,resnet20-cifar10-step452,1080,1543,33,11,102.06,2.663,34
passedCouple,3 traces,vgg8-cifar10-step2270,1080,1543,33,11,34.438,0,1
passedCouple,3 traces,vgg8-cifar10-step2270-mask40,700,1543,33,11,37.886,0,1
passedCouple,3 traces,resnet20-cifar10-step452,1080,1543,33,11,36.615,0,1
sentCouple,,vgg8-cifar10-step2270,1080,1011,212,10,268.61,34.657,111.96
sentCouple,,vgg8-cifar10-step2270-mask40,650,1011,212,10,288.09,40.031,118.6
sentCouple,,resnet20-cifar10-step452,1080,1011,212,10,281.12,36.064,111.96
addedCouple,,vgg8-cifar10-step2270,1080,1011,212,10,302.67,32.046,107
addedCouple,,vgg8-cifar10-step2270-mask40,666,1011,212,10,306.47,34.925,108.86
addedCouple,,resnet20-cifar10-step452,1080,1011,212,10,315.23,33.154,107
teamedCouple,,vgg8-cifar10-step2270,1080,1011,212,10,302.59,58.48,171
teamedCouple,,vgg8-cifar10-step2270-mask40,636,1011,212,10,309.49,62.123,173.04
teamedCouple,,resnet20-cifar10-step452,1080,1011,212,10,315.81,60.506,171
gatheredJob,2 traces,random,2543,1582,155,11,48.858,4.234,189.11
gatheredJob,3 traces,random,2606,2456,227,12,77.019,6.5411,274.84
controlledCouple,2 traces,random,2690,803,151,17,116.06,15.449,156.75
controlledCouple,3 traces,random,2923,922,165,19,117.07,15.367,156.48
roundedSum,,vgg8-cifar10-step2270,1200,104,0,12,26.832,0,0
roundedSum,,vgg8-cifar10-step2270-mask40,1200,104,0,12,26.922,0,0
roundedSum,,resnet20-cifar10-step452,1200,104,0,12,25.099,0,0
`;
