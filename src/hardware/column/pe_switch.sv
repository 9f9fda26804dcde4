// Ways between the traces and the MACs of a PE and its neighbours. In the cycle in which memories
// give a pair's words its fmap value, emap value and sum go to a MAC; in the next one the new sum
// comes back. Each of two traces has the MAC of its number; of three a MAC takes any of its PE, or
// what the neighbour on its side sends. Where sums are in their memories the trace knows, so no
// address travels.
//
// Sums travel at the beginning and at the end of a visit only. Between them the sum memory shows
// what it showed, and since a MAC's result changes with every pair the ways back are closed: to a
// memory where its trace writes nothing, to a neighbour unless that asks for the new sum.
//
// Pair: {valid, same, kept, sum, emap value, fmap value}, as `mac` has them.
//
// Rule: no word of a trace's sum memory is cleared in a cycle in which one is written.
module pe_switch #(
    parameter int VALUE_BITS = 16,
    parameter int TRACES = 3,
    // words of a sum memory
    parameter int SUM_WORDS = 64,
    localparam int SUM_BITS = $clog2(SUM_WORDS),
    localparam int PLACE_BITS = $clog2(64 / VALUE_BITS),
    localparam int PAIR_BITS = 35 + 2 * VALUE_BITS
) (
    input  logic                              clock,
    input  logic                              reset,
    // what a MAC serves in the cycle in which pairs are picked, one-hot: an own trace, from trace 0
    // on, or the neighbour's
    input  logic [1:0][TRACES:0]              take,
    // own trace that the left neighbour serves, one-hot
    input  logic [TRACES-1:0]                 to_left,
    // own trace that the right neighbour serves, one-hot
    input  logic [TRACES-1:0]                 to_right,
    // own traces, when a pair is picked: its MAC is to keep the result of this cycle
    input  logic [TRACES-1:0]                 pair_keep,
    // a cycle later: it is a pair
    input  logic [TRACES-1:0]                 pair_valid,
    // its sum is what is being added
    input  logic [TRACES-1:0]                 pair_same,
    // its sum is what its MAC kept
    input  logic [TRACES-1:0]                 pair_kept,
    // emap value
    input  logic [TRACES-1:0][VALUE_BITS-1:0] emap,
    // words of the value memories
    input  logic [TRACES-1:0][63:0]           value_word,
    // place of the fmap value
    input  logic [TRACES-1:0][PLACE_BITS-1:0] value_place,
    // words of the sum memories, of two sums
    input  logic [TRACES-1:0][63:0]           sum_word,
    // which of them
    input  logic [TRACES-1:0]                 sum_half,
    // the left neighbour sends: MAC 0 is to keep the result of this cycle
    input  logic                              left_keep,
    // a pair from it
    input  logic [PAIR_BITS-1:0]              left_pair,
    // the right one: MAC 1 is
    input  logic                              right_keep,
    // a pair from it
    input  logic [PAIR_BITS-1:0]              right_pair,
    // the left neighbour's MAC is to keep the result of this cycle
    output logic                              keep_left,
    // a pair for it
    output logic [PAIR_BITS-1:0]              pair_left,
    // the right neighbour's is
    output logic                              keep_right,
    // a pair for it
    output logic [PAIR_BITS-1:0]              pair_right,
    // the MACs are to keep the result of this cycle
    output logic [1:0]                        mac_keep,
    // pairs for the MACs
    output logic [1:0][PAIR_BITS-1:0]         mac_pair,
    // new sums of the own MACs
    input  logic [1:0][31:0]                  mac_sum,
    // this PE asks the left neighbour for the new sum of its MAC
    output logic                              ask_left,
    // it asks the right one
    output logic                              ask_right,
    // new sum of the left neighbour's MAC 1
    input  logic [31:0]                       left_sum,
    // new sum of the right neighbour's MAC 0
    input  logic [31:0]                       right_sum,
    // the left neighbour asks this PE
    input  logic                              left_asks,
    // the right one asks
    input  logic                              right_asks,
    // new sum of MAC 0 for the left neighbour; zeros unless it asks
    output logic [31:0]                       sum_left,
    // new sum of MAC 1 for the right neighbour; zeros unless it asks
    output logic [31:0]                       sum_right,
    // sum memories: word that a trace reads, when a visit's first pair is picked
    input  logic [TRACES-1:0][SUM_BITS-1:0]   pair_sum,
    // halves of a word that it writes, when a visit's last sum comes back
    input  logic [TRACES-1:0][1:0]            back_write,
    // which word
    input  logic [TRACES-1:0][SUM_BITS-1:0]   back_address,
    // the drain reads, with the same port
    input  logic [TRACES-1:0]                 drain_read,
    // where
    input  logic [TRACES-1:0][SUM_BITS-1:0]   drain_address,
    // the drain clears a word, with the other port
    input  logic [TRACES-1:0]                 drain_clear,
    // where
    input  logic [TRACES-1:0][SUM_BITS-1:0]   clear_address,
    // word that is read
    output logic [TRACES-1:0][SUM_BITS-1:0]   sum_read_address,
    // halves of a word that are written
    output logic [TRACES-1:0][1:0]            sum_write,
    // which word
    output logic [TRACES-1:0][SUM_BITS-1:0]   sum_write_address,
    // what is written, to either half
    output logic [TRACES-1:0][31:0]           sum_write_data
);
  // ---- who serves whom when operands come, and when sums go back

  // {of the right neighbour, of the left one, of MAC 1, of MAC 0}
  localparam int MAC = TRACES + 1;
  localparam int WAYS = 2 * MAC + 2 * TRACES;
  localparam bit RING = TRACES > 2;
  logic [WAYS-1:0] ways1;
  logic [WAYS-1:0] ways2;
  if (RING) begin : g_shared
    logic [WAYS-1:0] ways;
    logic            changed;
    logic            changed1;
    assign ways = {to_right, to_left, take};
    assign changed = ways != ways1;
    always_ff @(posedge clock) begin
      changed1 <= changed;
      if (changed || reset) ways1 <= ways;
      if (changed1 || reset) ways2 <= ways1;
    end
  end else begin : g_own
    assign ways1 = WAYS'(TRACES > 1 ? 1 | (1 << (MAC + 1)) : 1);
    assign ways2 = ways1;
  end

  // ---- of each trace: its value of the word, its sum of the word

  logic [TRACES-1:0][PAIR_BITS-1:0] pair;
  for (genvar t = 0; t < TRACES; t++) begin : g_trace
    logic [VALUE_BITS-1:0] value;
    logic [31:0]           sum;
    always_comb begin
      value = '0;
      for (int i = 0; i < 64 / VALUE_BITS; i++)
        if (value_place[t] == PLACE_BITS'(i)) value |= value_word[t][i*VALUE_BITS+:VALUE_BITS];
    end
    assign sum = sum_half[t] ? sum_word[t][63:32] : sum_word[t][31:0];
    assign pair[t] = {pair_valid[t], pair_same[t], pair_kept[t], sum, emap[t], value};
  end

  // ---- to MACs, and to the neighbours' MACs

  assign keep_left = RING && |(pair_keep & to_left);
  assign keep_right = RING && |(pair_keep & to_right);
  assign mac_keep[0] = |({left_keep, pair_keep} & take[0]);
  assign mac_keep[1] = |({right_keep, pair_keep} & take[1]);
  always_comb begin
    pair_left = '0;
    pair_right = '0;
    for (int t = 0; t < TRACES; t++) begin
      pair_left |= pair[t] & {PAIR_BITS{ways1[2*MAC+t]}};
      pair_right |= pair[t] & {PAIR_BITS{ways1[2*MAC+TRACES+t]}};
    end
  end
  always_comb begin
    mac_pair[0] = left_pair & {PAIR_BITS{ways1[TRACES]}};
    mac_pair[1] = right_pair & {PAIR_BITS{ways1[MAC+TRACES]}};
    for (int t = 0; t < TRACES; t++)
      for (int m = 0; m < 2; m++) mac_pair[m] |= pair[t] & {PAIR_BITS{ways1[MAC*m+t]}};
  end

  // ---- sums back: each trace has one MAC; zeros where it writes nothing, so that the drain clears

  logic [TRACES-1:0][3:0] back;
  logic [TRACES-1:0]      from_left;
  logic [TRACES-1:0]      from_right;
  assign ask_left = |from_left;
  assign ask_right = |from_right;
  assign sum_left = mac_sum[0] & {32{RING && left_asks}};
  assign sum_right = mac_sum[1] & {32{RING && right_asks}};
  for (genvar t = 0; t < TRACES; t++) begin : g_back
    assign back[t] = {ways2[2*MAC+TRACES+t], ways2[2*MAC+t], ways2[MAC+t], ways2[t]}
        & {4{|back_write[t]}};
    assign from_left[t] = back[t][2];
    assign from_right[t] = back[t][3];
    assign sum_write_data[t] = (mac_sum[0] & {32{back[t][0]}}) | (mac_sum[1] & {32{back[t][1]}})
        | (left_sum & {32{back[t][2]}}) | (right_sum & {32{back[t][3]}});
    assign sum_read_address[t] = drain_read[t] ? drain_address[t] : pair_sum[t];
    assign sum_write[t] = back_write[t] | {2{drain_clear[t]}};
    assign sum_write_address[t] = drain_clear[t] ? clear_address[t] : back_address[t];
  end

`ifdef ASSERTIONS
  always @(posedge clock)
    for (int t = 0; t < TRACES; t++)
      assert (reset || !(drain_clear[t] && back_write[t] != '0))
      else $fatal(1, "pe_switch: a word is cleared while a sum is written");
`endif
endmodule
