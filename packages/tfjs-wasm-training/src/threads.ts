import { getThreadsCount } from "@tensorflow/tfjs-backend-wasm";

/** Threads that run kernels on one memory. */
export interface Threads {
  /** How many there will be at most. */
  readonly most: number;
  /** How many there are, with this one; it stays while a kernel of TensorFlow.js runs. */
  count(): number;
  /** Calls one kernel as often as there are lists of numbers, at most `count` of them, at once. */
  run(name: string, calls: readonly (readonly number[])[]): void;
  /** Ends all but this one. */
  stop(): void;
}

/** Only this thread. */
export const oneThread = (exports: WebAssembly.Exports): Threads => ({
  most: 1,
  count: () => 1,
  run(name, calls) {
    for (const numbers of calls) (exports[name] as CallableFunction)(...numbers);
  },
  stop() {},
});

/** Words of a worker's mailbox: its state, the number of a kernel, and what that is given. */
const [state, kernel, given, mailboxWords] = [0, 1, 2, 32];
const [idle, posted, taken] = [0, 1, 2];
/** How often a worker looks before it sleeps: the next block of a layer comes sooner than a sleeper wakes. */
const looks = 20_000;

/** What each worker does for ever: waits for a call, and takes it if nobody else has. */
const source = `onmessage=({data:[module,memory,box]})=>{
const kernels=Object.values(new WebAssembly.Instance(module,{env:{memory}}).exports);
postMessage(0);
for(;;){
for(let i=${looks};i&&Atomics.load(box,${state})===${idle};i--);
Atomics.wait(box,${state},${idle});
if(Atomics.compareExchange(box,${state},${posted},${taken})===${posted})
try{kernels[box[${kernel}]](...box.subarray(${given}))}finally{Atomics.store(box,${state},${idle})}
}}`;

/**
 * Workers beside this thread, as many as the backend has threads. They are there as soon as the page is idle once; until then
 * there is only this thread.
 */
export function startThreads(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  exports: WebAssembly.Exports,
): Threads {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const boxes: Int32Array[] = [];
  const most = getThreadsCount();
  const workers = Array.from({ length: most - 1 }, () => {
    const box = new Int32Array(new SharedArrayBuffer(mailboxWords * 4));
    const worker = new Worker(url);
    worker.onmessage = () => boxes.push(box);
    worker.postMessage([module, memory, box]);
    return worker;
  });
  const names = Object.keys(exports);
  const alone = oneThread(exports);
  return {
    most,
    count: () => boxes.length + 1,
    run(name, [own, ...others]) {
      for (const [i, numbers] of others.entries()) {
        const box = boxes[i];
        box[kernel] = names.indexOf(name);
        box.set(numbers, given);
        Atomics.store(box, state, posted);
        Atomics.notify(box, state);
      }
      alone.run(name, [own]);
      // what no worker has begun, as other programs have the cores, is done here
      for (const [i, numbers] of others.entries())
        if (Atomics.compareExchange(boxes[i], state, posted, idle) === posted) alone.run(name, [numbers]);
        // a page's thread must not sleep
        else while (Atomics.load(boxes[i], state) !== idle);
    },
    stop() {
      boxes.length = 0;
      for (const worker of workers) worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Multiplications below which asking another thread takes longer than it saves. */
const worthSharing = 1 << 19;

/** A kernel's work: so many things that are computed each for itself, in parts of multiples of `unit`. */
interface Work {
  readonly total: number;
  readonly unit: number;
  readonly multiplications: number;
}

/**
 * Calls a kernel for parts of its work, one for each thread. No sum is in two parts, so that the number of threads changes no
 * bit.
 */
export function share(
  threads: Threads,
  name: string,
  { total, unit, multiplications }: Work,
  callOf: (from: number, count: number, part: number) => readonly number[],
): void {
  const parts = multiplications < worthSharing ? 1 : Math.min(threads.count(), Math.ceil(total / unit));
  const size = Math.ceil(total / parts / unit) * unit;
  const calls = Array.from({ length: Math.ceil(total / size) }, (_, part) =>
    callOf(part * size, Math.min(size, total - part * size), part),
  );
  threads.run(name, calls);
}
