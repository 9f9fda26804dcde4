// Puts the half tiles of a step in the order of their loads, so that the heaviest is paired with
// the lightest.
//
// Loads come one a cycle and are inserted where they belong; equal ones in the order in which they
// came. After the last, pair i is the half tiles `order[i]` and `order[HALVES-1-i]`, and takes the
// sum of their loads.
// Idea: Procrustes pairs half tiles (Yang et al., MICRO 2020, load balancing); that insertion does
// it is ours: a step takes far longer than its half tiles need to come in.
// Latency: a load is in its place in the next cycle. Promise: `load` falls from first to last.
module procrustes_load #(
    parameter int HALVES = 32,
    parameter int LOAD_BITS = 12,
    localparam int INDEX_BITS = $clog2(HALVES)
) (
    input  logic                              clock,
    // a new step: all places count as empty
    input  logic                              clear,
    input  logic                              insert,
    input  logic [INDEX_BITS-1:0]             insert_index,
    input  logic [LOAD_BITS-1:0]              insert_load,
    // heaviest first
    output logic [HALVES-1:0]                 held,
    output logic [HALVES-1:0][INDEX_BITS-1:0] order,
    output logic [HALVES-1:0][LOAD_BITS-1:0]  load
);
  // whether a place holds a load that is not below the new one
  logic [HALVES-1:0] stays;
  for (genvar i = 0; i < HALVES; i++) begin : g_place
    assign stays[i] = held[i] && load[i] >= insert_load;
    always_ff @(posedge clock) begin
      if (clear) held[i] <= 1'b0;
      else if (insert) held[i] <= i == 0 || held[i == 0 ? 0 : i - 1];
    end
    if (i == 0) begin : g_first
      always_ff @(posedge clock) begin
        if (insert && !stays[0]) {order[0], load[0]} <= {insert_index, insert_load};
      end
    end else begin : g_other
      always_ff @(posedge clock) begin
        if (insert && !stays[i]) begin
          if (stays[i-1]) {order[i], load[i]} <= {insert_index, insert_load};
          else if (held[i-1]) {order[i], load[i]} <= {order[i-1], load[i-1]};
        end
      end
    end
  end
endmodule
