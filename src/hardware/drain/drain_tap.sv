// A PE's part of its column's ways out: on a way whose turn it is with this PE, a couple of sums of
// one of its traces; on the others what comes from the PE before. The place that was read is
// cleared in the cycle after, for the k that has it next.
//
// Cycles: a way asks, and a sum memory is read | its word is on the way, and its place is cleared.
//
// Rule: two ways never ask the same trace.
module drain_tap #(
    parameter int LANES = 4,
    parameter int PE_BITS = 3
) (
    input  logic                           clock,
    input  logic                           reset,
    // number of this PE in its column
    input  logic [PE_BITS-1:0]             pe,
    // all places with the address below are cleared; under reset only
    input  logic                           clear_all,
    // which
    input  logic [5:0]                     clear_all_address,
    // a way asks for a couple of sums
    input  logic [LANES-1:0]               read,
    // of this PE
    input  logic [LANES-1:0][PE_BITS-1:0]  read_pe,
    // of this trace
    input  logic [LANES-1:0][1:0]          read_trace,
    // with this address
    input  logic [LANES-1:0][5:0]          read_address,
    // sum memories that are read
    output logic [2:0]                     sum_read,
    // where
    output logic [2:0][5:0]                sum_address,
    // a cycle later: their words
    input  logic [2:0][63:0]               sum_word,
    // sum memories in which a place is cleared
    output logic [2:0]                     clear,
    // which
    output logic [2:0][5:0]                clear_address,
    // what comes from the PE before, of each way
    input  logic [LANES-1:0][63:0]         in_words,
    // what goes on to the PE behind
    output logic [LANES-1:0][63:0]         out_words
);
  // [lane][trace]
  logic [LANES-1:0][2:0] asks;
  logic [LANES-1:0][2:0] shows;
  logic [2:0]            was_read;
  logic [2:0][5:0]       was_address;
  for (genvar l = 0; l < LANES; l++) begin : g_lane
    for (genvar t = 0; t < 3; t++) begin : g_trace
      assign asks[l][t] = read[l] && read_pe[l] == pe && read_trace[l] == 2'(t);
    end
    always_comb begin
      out_words[l] = in_words[l];
      for (int t = 0; t < 3; t++) out_words[l] |= sum_word[t] & {64{shows[l][t]}};
    end
  end
  always_comb begin
    sum_read = '0;
    sum_address = '0;
    for (int l = 0; l < LANES; l++) begin
      sum_read |= asks[l];
      for (int t = 0; t < 3; t++) sum_address[t] |= read_address[l] & {6{asks[l][t]}};
    end
  end
  assign clear = was_read | {3{clear_all}};
  for (genvar t = 0; t < 3; t++) begin : g_clear
    assign clear_address[t] = clear_all ? clear_all_address : was_address[t];
  end

  always_ff @(posedge clock) begin
    if (sum_read != '0 || was_read != '0 || reset) begin
      was_read <= sum_read & {3{!reset}};
      shows <= asks & {3 * LANES{!reset}};
    end
    for (int t = 0; t < 3; t++) if (sum_read[t]) was_address[t] <= sum_address[t];
  end

`ifdef ASSERTIONS
  for (genvar t = 0; t < 3; t++) begin : g_rule
    logic [LANES-1:0] of;
    for (genvar l = 0; l < LANES; l++) begin : g_of
      assign of[l] = asks[l][t];
    end
    always @(posedge clock)
      if (!reset) assert ($countones(of) <= 1) else $fatal(1, "drain_tap: two ways ask one trace");
  end
`endif
endmodule
