// A PE's stage of its column's drain: reads the wanted sums of a k, two a cycle, adds them to what
// comes from the PE before that has the same channels, and hands on. Couples of sums without a
// wanted one are skipped; PEs that add up have the same mask, so they start a cycle apart and stay
// in step. The place that is read is cleared for the k that has it next.
//
// Cycles: a couple is read | its sums come, and are added | the next PE. What is not added does not
// reach the adders.
module drain_stage (
    input  logic             clock,
    input  logic             reset,
    // a k begins; only when `done`
    input  logic             start,
    // the trace that has its sums
    input  logic [1:0]       start_trace,
    // the k's set of sums
    input  logic [2:0]       start_set,
    // wanted sums
    input  logic [17:0]      start_mask,
    // this PE is the first of those that add up
    input  logic             start_first,
    // all wanted sums but those of this cycle are read
    output logic             done,
    // the sum memory of a trace is read
    output logic [2:0]       read,
    // where, in couples
    output logic [5:0]       read_address,
    // a cycle later: two sums of each trace
    input  logic [2:0][63:0] read_word,
    // the couple that was read is cleared
    output logic [2:0]       clear,
    // where that is
    output logic [5:0]       clear_address,
    // the PE before hands on sums
    input  logic             in_valid,
    // two of them
    input  logic [1:0][31:0] in_sums,
    // this PE hands on sums
    output logic             out_valid,
    // two of them
    output logic [1:0][31:0] out_sums
);
  logic [8:0] left;
  logic [8:0] lowest;
  logic [8:0] rest;
  logic [8:0] any;
  logic [3:0] couple;
  logic [2:0] of;
  logic [2:0] set;
  logic       next_first;
  logic       first;
  always_comb for (int i = 0; i < 9; i++) any[i] = |start_mask[2*i+:2];
  assign rest = left & (left - 9'd1);
  assign lowest = left & ~rest;
  always_comb begin
    couple = '0;
    for (int i = 0; i < 9; i++) if (lowest[i]) couple |= 4'(i);
  end
  assign done = rest == '0;
  assign read = of & {3{|left}};
  // as `trace` has them: couples 0 to 7 of sets 0 to 7, or couple 8 of sets 0 to 6
  assign read_address = couple[3] ? {3'b111, set} : {set, couple[2:0]};

  logic [63:0] own;
  logic [63:0] total;
  logic        valid;
  logic        adds;
  assign valid = |clear;
  assign adds = valid && !first;
  always_comb begin
    own = '0;
    for (int t = 0; t < 3; t++) own |= read_word[t] & {64{clear[t]}};
  end
  for (genvar i = 0; i < 2; i++) begin : g_add
    adder #(.FORMAT(2)) add (
        .a(own[32*i+:32] & {32{adds}}),
        .b(in_sums[i] & {32{adds}}),
        .sum(total[32*i+:32])
    );
  end

  always_ff @(posedge clock) begin
    if (start) begin
      for (int t = 0; t < 3; t++) of[t] <= start_trace == 2'(t);
      set <= start_set;
      next_first <= start_first;
    end
    if (start || |left) left <= start ? any : rest;
    if (|left || valid) clear <= read;
    if (|left) begin
      clear_address <= read_address;
      first <= next_first;
    end
    // what other PEs send passes
    if (valid || in_valid) out_sums <= adds ? total : valid ? own : in_sums;
    out_valid <= valid || in_valid;
    if (reset) begin
      left <= '0;
      clear <= '0;
    end
  end
endmodule
