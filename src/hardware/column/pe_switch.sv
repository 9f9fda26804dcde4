// Ways between the traces and the MACs of a PE and its neighbours. In the cycle in which the value
// memories give their words values, emap values and tags go to MACs; a cycle later sums; three
// later results come back to the sum memories. A MAC takes any trace of its PE, or what the
// neighbour on its side sends.
//
// Pair: {valid, trace, address of the sum, emap value, fmap value}; a MAC's has behind `valid` a
// bit that says that the trace is the neighbour's. Result: {valid, the neighbour's, trace, address,
// sum}.
module pe_switch #(
    parameter int VALUE_BITS = 16,
    localparam int PAIR_BITS = 11 + 2 * VALUE_BITS
) (
    input  logic                              clock,
    // own traces, in the cycle of the value memory's word: there is a pair
    input  logic [2:0]                        pair_valid,
    // the word, of four values
    input  logic [2:0][4*VALUE_BITS-1:0]      value_word,
    // place of the fmap value in it
    input  logic [2:0][1:0]                   value_place,
    // emap value
    input  logic [2:0][VALUE_BITS-1:0]        emap,
    // address of the sum, its lowest bit which one of a word
    input  logic [2:0][7:0]                   address,
    // a cycle later: the sum memory's word, of two sums
    input  logic [2:0][63:0]                  sum_word,
    // what a MAC takes, one-hot: own trace 0, 1, 2, the neighbour's
    input  logic [1:0][3:0]                   take,
    // own trace that goes to a neighbour, one-hot
    input  logic [2:0]                        to_left,
    input  logic [2:0]                        to_right,
    // what a neighbour sends, and a cycle later its sum
    input  logic [PAIR_BITS-1:0]              left_pair,
    input  logic [31:0]                       left_sum,
    input  logic [PAIR_BITS-1:0]              right_pair,
    input  logic [31:0]                       right_sum,
    // what a neighbour gets
    output logic [PAIR_BITS-1:0]              pair_left,
    output logic [31:0]                       sum_left,
    output logic [PAIR_BITS-1:0]              pair_right,
    output logic [31:0]                       sum_right,
    // what the MACs get
    output logic [1:0][PAIR_BITS:0]           mac_pair,
    output logic [1:0][31:0]                  mac_sum,
    // results of the own MACs
    input  logic [1:0][43:0]                  mac_result,
    // results of the left neighbour's MAC 1 and of the right neighbour's MAC 0
    input  logic [43:0]                       left_result,
    input  logic [43:0]                       right_result,
    // the drain reads a trace's sum memory, with the same port
    input  logic [2:0]                        drain_read,
    // where
    input  logic [6:0]                        drain_address,
    // the drain clears a word, with the other port
    input  logic [2:0]                        drain_clear,
    // where
    input  logic [6:0]                        clear_address,
    // sum memories: word that is read
    output logic [2:0][6:0]                   sum_read_address,
    // half of a word that is written
    output logic [2:0][1:0]                   sum_write,
    // word that is written
    output logic [2:0][6:0]                   sum_write_address,
    // what is written, to either half
    output logic [2:0][31:0]                  sum_write_data
);
  // ---- of each trace: its value of the word, its sum of the word

  logic [3*PAIR_BITS-1:0] pair;
  logic [95:0]            sum;
  logic [2:0]             half;
  for (genvar t = 0; t < 3; t++) begin : g_trace
    logic [4*VALUE_BITS-1:0] word;
    logic [VALUE_BITS-1:0]   value;
    assign word = value_word[t];
    assign value = value_place[t][1]
        ? (value_place[t][0] ? word[3*VALUE_BITS+:VALUE_BITS] : word[2*VALUE_BITS+:VALUE_BITS])
        : (value_place[t][0] ? word[VALUE_BITS+:VALUE_BITS] : word[0+:VALUE_BITS]);
    assign pair[t*PAIR_BITS+:PAIR_BITS] = {pair_valid[t], 2'(t), address[t], emap[t], value};
    always_ff @(posedge clock) half[t] <= address[t][0];
    assign sum[t*32+:32] = half[t] ? sum_word[t][63:32] : sum_word[t][31:0];
    assign sum_read_address[t] = drain_read[t] ? drain_address : address[t][7:1];
  end

  // ---- to MACs, and to the neighbours' MACs

  logic [7:0] take_sum;
  logic [2:0] left_takes_sum;
  logic [2:0] right_takes_sum;
  always_ff @(posedge clock) begin
    take_sum <= take;
    left_takes_sum <= to_left;
    right_takes_sum <= to_right;
  end

  // a neighbour's pair as a MAC has it
  logic [PAIR_BITS:0] from_left;
  logic [PAIR_BITS:0] from_right;
  assign from_left = {left_pair[PAIR_BITS-1], 1'b1, left_pair[PAIR_BITS-2:0]};
  assign from_right = {right_pair[PAIR_BITS-1], 1'b1, right_pair[PAIR_BITS-2:0]};
  always_comb begin
    pair_left = '0;
    pair_right = '0;
    sum_left = '0;
    sum_right = '0;
    mac_pair = '0;
    mac_sum = '0;
    for (int t = 0; t < 3; t++) begin
      pair_left |= pair[t*PAIR_BITS+:PAIR_BITS] & {PAIR_BITS{to_left[t]}};
      pair_right |= pair[t*PAIR_BITS+:PAIR_BITS] & {PAIR_BITS{to_right[t]}};
      sum_left |= sum[t*32+:32] & {32{left_takes_sum[t]}};
      sum_right |= sum[t*32+:32] & {32{right_takes_sum[t]}};
      for (int m = 0; m < 2; m++) begin
        mac_pair[m] |= {pair[t*PAIR_BITS+PAIR_BITS-1], 1'b0, pair[t*PAIR_BITS+:PAIR_BITS-1]}
            & {(PAIR_BITS + 1) {take[m][t]}};
        mac_sum[m] |= sum[t*32+:32] & {32{take_sum[m*4+t]}};
      end
    end
    mac_pair[0] |= from_left & {(PAIR_BITS + 1) {take[0][3]}};
    mac_sum[0] |= left_sum & {32{take_sum[3]}};
    mac_pair[1] |= from_right & {(PAIR_BITS + 1) {take[1][3]}};
    mac_sum[1] |= right_sum & {32{take_sum[7]}};
  end

  // ---- results back: at most one of them is for a trace

  for (genvar t = 0; t < 3; t++) begin : g_back
    logic [3:0]  hit;
    logic [39:0] back;
    assign hit[0] = mac_result[0][43:42] == 2'b10 && mac_result[0][41:40] == 2'(t);
    assign hit[1] = mac_result[1][43:42] == 2'b10 && mac_result[1][41:40] == 2'(t);
    assign hit[2] = left_result[43:42] == 2'b11 && left_result[41:40] == 2'(t);
    assign hit[3] = right_result[43:42] == 2'b11 && right_result[41:40] == 2'(t);
    assign back = (mac_result[0][39:0] & {40{hit[0]}}) | (mac_result[1][39:0] & {40{hit[1]}})
        | (left_result[39:0] & {40{hit[2]}}) | (right_result[39:0] & {40{hit[3]}});
    assign sum_write_data[t] = back[31:0];
    assign sum_write_address[t] = back[39:33] | (clear_address & {7{drain_clear[t]}});
    assign sum_write[t][0] = (|hit && !back[32]) || drain_clear[t];
    assign sum_write[t][1] = (|hit && back[32]) || drain_clear[t];
  end
endmodule
