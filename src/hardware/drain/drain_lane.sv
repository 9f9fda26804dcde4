// A PE's stage of its column's drain: reads the wanted sums of a k, two a cycle, adds them to what
// comes from the PE before that has the same channels, and hands on. Couples of sums without a
// wanted one are skipped; PEs that add up have the same mask, so they start a cycle apart and stay
// in step. The place that is read is cleared for the k that has it next.
//
// Cycles: couple | memory | own sums in a register | added | next PE.
module drain_lane (
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
    output logic [6:0]       read_address,
    // a cycle later: two sums of each trace
    input  logic [2:0][63:0] read_word,
    // the couple that was read is cleared
    output logic [2:0]       clear,
    // where that is
    output logic [6:0]       clear_address,
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
  // couples 0 to 7 of all sets, then couple 8 of all: 72 places without a gap
  assign read_address = couple[3] ? {4'b1000, set} : {1'b0, set, couple[2:0]};

  logic [63:0] own;
  logic [63:0] word;
  logic [63:0] total;
  logic        valid;
  logic        first_own;
  always_comb begin
    word = '0;
    for (int t = 0; t < 3; t++) word |= read_word[t] & {64{clear[t]}};
  end
  adder #(.FORMAT(2)) low (.a(own[31:0]), .b(in_sums[0]), .sum(total[31:0]));
  adder #(.FORMAT(2)) high (.a(own[63:32]), .b(in_sums[1]), .sum(total[63:32]));

  always_ff @(posedge clock) begin
    if (start) begin
      left <= any;
      for (int t = 0; t < 3; t++) of[t] <= start_trace == 2'(t);
      set <= start_set;
      first <= start_first;
    end else left <= rest;
    clear <= read;
    clear_address <= read_address;
    valid <= |clear;
    first_own <= first;
    own <= word;
    // what other PEs send passes
    out_sums <= valid ? (first_own ? own : total) : in_sums;
    out_valid <= valid || in_valid;
    if (reset) left <= '0;
  end
endmodule
