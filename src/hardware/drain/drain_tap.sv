// A PE's part of its column's ways out: on a way whose turn it is with this PE, a couple of sums of
// one of its traces; on the others what comes from the PE before. The place that was read is
// cleared in the cycle after, for the k that has it next.
//
// Cycles: a way asks, and a sum memory is read | its word is on the way, and its place is cleared.
//
// Rules:
// - two ways never ask the same trace;
// - all places are cleared under reset only.
module drain_tap #(
    parameter int LANES = 4,
    parameter int PE_BITS = 3,
    parameter int TRACES = 3,
    // words of a sum memory
    parameter int SUM_WORDS = 64,
    localparam int TRACE_BITS = TRACES > 1 ? $clog2(TRACES) : 1,
    localparam int SUM_BITS = $clog2(SUM_WORDS)
) (
    input  logic                             clock,
    input  logic                             reset,
    // number of this PE in its column
    input  logic [PE_BITS-1:0]               pe,
    // all places with the address below are cleared; under reset only
    input  logic                             clear_all,
    // which
    input  logic [SUM_BITS-1:0]              clear_all_address,
    // a way asks for a couple of sums
    input  logic [LANES-1:0]                 read,
    // of this PE
    input  logic [LANES-1:0][PE_BITS-1:0]    read_pe,
    // of this trace
    input  logic [LANES-1:0][TRACE_BITS-1:0] read_trace,
    // with this address
    input  logic [LANES-1:0][SUM_BITS-1:0]   read_address,
    // sum memories that are read
    output logic [TRACES-1:0]                sum_read,
    // where
    output logic [TRACES-1:0][SUM_BITS-1:0]  sum_address,
    // a cycle later: their words
    input  logic [TRACES-1:0][63:0]          sum_word,
    // sum memories in which a place is cleared
    output logic [TRACES-1:0]                clear,
    // which
    output logic [TRACES-1:0][SUM_BITS-1:0]  clear_address,
    // what comes from the PE before, of each way
    input  logic [LANES-1:0][63:0]           in_words,
    // what goes on to the PE behind
    output logic [LANES-1:0][63:0]           out_words
);
  logic [LANES*SUM_BITS-1:0]       addresses;
  logic [TRACES-1:0]               was_read;
  logic [TRACES-1:0][SUM_BITS-1:0] was_address;
  // [trace][lane]
  logic [TRACES-1:0][LANES-1:0]    asks;
  logic [TRACES-1:0][LANES-1:0]    shows;
  assign addresses = read_address;
  for (genvar t = 0; t < TRACES; t++) begin : g_trace
    logic [LANES-1:0]    own;
    logic [SUM_BITS-1:0] address;
    for (genvar l = 0; l < LANES; l++) begin : g_own
      assign own[l] = read[l] && read_pe[l] == pe && read_trace[l] == TRACE_BITS'(t);
    end
    always_comb begin
      address = '0;
      for (int l = 0; l < LANES; l++)
        address |= addresses[SUM_BITS*l+:SUM_BITS] & {SUM_BITS{own[l]}};
    end
    assign asks[t] = own;
    assign sum_read[t] = |own;
    assign sum_address[t] = address;
  end
  for (genvar l = 0; l < LANES; l++) begin : g_lane
    logic [TRACES*64-1:0] shown;
    logic [63:0]          own_word;
    for (genvar t = 0; t < TRACES; t++) begin : g_shown
      assign shown[64*t+:64] = sum_word[t] & {64{shows[t][l]}};
    end
    always_comb begin
      own_word = '0;
      for (int t = 0; t < TRACES; t++) own_word |= shown[64*t+:64];
    end
    assign out_words[l] = in_words[l] | own_word;
  end
  assign clear = was_read | {TRACES{clear_all}};
  for (genvar t = 0; t < TRACES; t++) begin : g_clear
    assign clear_address[t] = clear_all ? clear_all_address : was_address[t];
  end

  always_ff @(posedge clock) begin
    if (sum_read != '0 || was_read != '0 || reset) begin
      was_read <= sum_read & {TRACES{!reset}};
      was_address <= sum_address;
      shows <= asks & {TRACES * LANES{!reset}};
    end
  end

`ifdef ASSERTIONS
  for (genvar t = 0; t < TRACES; t++) begin : g_rule
    always @(posedge clock)
      if (!reset)
        assert ($countones(asks[t]) <= 1) else $fatal(1, "drain_tap: two ways ask one trace");
  end
  always @(posedge clock)
    if (!reset) assert (!clear_all) else $fatal(1, "drain_tap: all is cleared not under reset");
`endif
endmodule
