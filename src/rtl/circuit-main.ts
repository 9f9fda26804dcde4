import type { CxxrtlModule } from "./cxxrtl-signals.ts";
import { restingInstances } from "./resting-instances.ts";

/** Words of 32 bits that a batch of stimuli may have, and a batch of what was recorded. */
export const batchWords = 1 << 14;

/**
 * The C++ around one circuit: its clock, batches of cycles, and where its signals lie. Memory is handed out once and never
 * taken back: vectors that queue writes soon stop growing, and all of the state is then below `stateEnd`.
 */
export function circuitMain(
  { className, members, outlined, source }: CxxrtlModule,
  clock: string | undefined,
): string {
  const ports = (direction: "in" | "out") =>
    members
      .filter(({ signal }) => signal.direction === direction && signal.name !== clock)
      .map(({ signal: { width }, address }) => `{(uint32_t *)${address}, ${Math.ceil(width / 32)}}`)
      .join(", ");
  const clockMember = members.find(({ signal }) => signal.name === clock)?.address.slice(1);
  return `#include <cxxrtl/cxxrtl.h>
#include <cstddef>
extern "C" unsigned char __heap_base;
static uintptr_t heapEnd = (uintptr_t)&__heap_base;
void *operator new(size_t bytes) {
  uintptr_t start = (heapEnd + 15) & ~(uintptr_t)15;
  heapEnd = start + bytes;
  if (heapEnd > __builtin_wasm_memory_size(0) << 16) __builtin_trap();
  return (void *)start;
}
void *operator new[](size_t bytes) { return operator new(bytes); }
void operator delete(void *) noexcept {}
void operator delete[](void *) noexcept {}
void operator delete(void *, size_t) noexcept {}
void operator delete[](void *, size_t) noexcept {}
static uint32_t generation = 0;
${restingInstances(source.replace("#include <cxxrtl/cxxrtl.h>", ""), className)}
static cxxrtl_design::${className} circuit;
struct Port { uint32_t *words; uint32_t count; };
static Port inputs[] = {${ports("in")}};
static Port outputs[] = {${ports("out")}};
static void *addresses[] = {${members.map(({ address }) => `(void *)${address}`).join(",\n")}};
static uint32_t stimulus[${batchWords}], record[${batchWords}];
static bool low = false;
static void clock(bool level) { ${clockMember ? `${clockMember}.set<bool>(level);` : ""} }

#define EXPORT(name) __attribute__((export_name(#name)))
extern "C" {
EXPORT(addresses) void **addressesOf() { return addresses; }
EXPORT(stimulus) uint32_t *stimulusAt() { return stimulus; }
EXPORT(record) uint32_t *recordAt() { return record; }
EXPORT(stateEnd) uint32_t stateEnd() { return (uint32_t)heapEnd; }

/** Lets what depends on inputs and registers alone take its value. */
EXPORT(settle) void settle() {
  clock(false);
  circuit.step();
  low = true;
}

/** The rising edge of the clock. What depends on registers has its new value when it settles. */
EXPORT(tick) void tick() {
  if (!low) settle();
  clock(true);
  circuit.eval();
  circuit.commit();
  clock(false);
  low = false;
}

/** Memories may have been written from outside: nothing counts as it was. */
EXPORT(wake) void wake() { generation++; }

/** Values of inner signals that were optimised away. */
EXPORT(inner) void inner() { ${outlined.map((object) => `${object}.debug_eval();`).join(" ")} }

EXPORT(step) void stepCycles(uint32_t cycles) {
  for (; cycles > 0; cycles--) tick();
}

/** Each cycle: inputs from stimulus, outputs to record, clock. */
EXPORT(run) void run(uint32_t cycles) {
  const uint32_t *from = stimulus;
  uint32_t *to = record;
  for (; cycles > 0; cycles--) {
    for (const Port &port : inputs)
      for (uint32_t i = 0; i < port.count; i++) port.words[i] = *from++;
    settle();
    for (const Port &port : outputs)
      for (uint32_t i = 0; i < port.count; i++) *to++ = port.words[i];
    tick();
  }
}
}
`;
}
