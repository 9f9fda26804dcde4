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
  logic [LANES*6-1:0]    addresses;
  logic [2:0]            was_read;
  logic [2:0][5:0]       was_address;
  // [trace][lane]
  logic [2:0][LANES-1:0] asks;
  logic [2:0][LANES-1:0] shows;
  assign addresses = read_address;
  for (genvar t = 0; t < 3; t++) begin : g_trace
    logic [LANES-1:0] own;
    logic [5:0]       address;
    for (genvar l = 0; l < LANES; l++) begin : g_own
      assign own[l] = read[l] && read_pe[l] == pe && read_trace[l] == 2'(t);
    end
    always_comb begin
      address = '0;
      for (int l = 0; l < LANES; l++) address |= addresses[6*l+:6] & {6{own[l]}};
    end
    assign asks[t] = own;
    assign sum_read[t] = |own;
    assign sum_address[t] = address;
  end
  for (genvar l = 0; l < LANES; l++) begin : g_lane
    assign out_words[l] = in_words[l] | (sum_word[0] & {64{shows[0][l]}})
        | (sum_word[1] & {64{shows[1][l]}}) | (sum_word[2] & {64{shows[2][l]}});
  end
  assign clear = was_read | {3{clear_all}};
  for (genvar t = 0; t < 3; t++) begin : g_clear
    assign clear_address[t] = clear_all ? clear_all_address : was_address[t];
  end

  always_ff @(posedge clock) begin
    if (sum_read != '0 || was_read != '0 || reset) begin
      was_read <= sum_read & {3{!reset}};
      was_address <= sum_address;
      shows <= asks & {3 * LANES{!reset}};
    end
  end

`ifdef ASSERTIONS
  for (genvar t = 0; t < 3; t++) begin : g_rule
    always @(posedge clock)
      if (!reset)
        assert ($countones(asks[t]) <= 1) else $fatal(1, "drain_tap: two ways ask one trace");
  end
`endif
endmodule
