// One PE's stage of a column's drain: puts the PE's sum to the lane that asks for its channel slice.
//
// Lanes pass the PEs of a column in order, a cycle each; PEs of one channel slice are added up in that order. In a cycle
// no two lanes ask for the same slice, so one adder does. Latency: one cycle.
module drain_stage #(
    parameter int FORMAT = 2,
    parameter int LANES = 4,
    parameter int SLICE_BITS = 3
) (
    input  logic                        clock,
    input  logic [SLICE_BITS-1:0]       own_slice,
    input  logic [31:0]                 own_sum,
    input  logic [LANES-1:0]            valid,
    input  logic [LANES*SLICE_BITS-1:0] slice,
    // whether a PE before this one had a sum for the lane
    input  logic [LANES-1:0]            begun,
    input  logic [LANES*32-1:0]         sum,
    output logic [LANES-1:0]            next_begun,
    output logic [LANES*32-1:0]         next_sum
);
  logic [LANES-1:0] hit;
  logic [31:0]      before_it;
  logic [31:0]      total;

  for (genvar i = 0; i < LANES; i++) begin : g_hit
    assign hit[i] = valid[i] && slice[i*SLICE_BITS+:SLICE_BITS] == own_slice;
  end
  always_comb begin
    before_it = '0;
    for (int i = 0; i < LANES; i++) if (hit[i]) before_it = before_it | sum[i*32+:32];
  end
  adder #(.FORMAT(FORMAT)) add (.a(before_it), .b(own_sum), .sum(total));

  for (genvar i = 0; i < LANES; i++) begin : g_lane
    always_ff @(posedge clock) begin
      next_begun[i] <= begun[i] || hit[i];
      next_sum[i*32+:32] <= !hit[i] ? sum[i*32+:32] : begun[i] ? total : own_sum;
    end
  end
endmodule
