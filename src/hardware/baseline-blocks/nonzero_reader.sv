// Reads the nonzeros of a compressed row: up to COUNT of them a cycle, each with its position;
// their values lie in order.
//
// A word of the bitmap is searched until it is empty; a cycle's nonzeros are of one word, lowest
// first.
// Source: what outer products and row convolutions need to have coordinates of values that are
// stored as bitmap and values (SCNN, ISCA 2017, and SparseTrain, DAC 2020, store coordinates in
// forms of their own); the structure is ours.
// Latency: one cycle. Promise: every one of the bitmap leaves once.
module nonzero_reader #(
    parameter int COUNT = 4,
    parameter int POSITION_BITS = 10,
    localparam int COUNT_BITS = $clog2(COUNT + 1)
) (
    input  logic                                clock,
    input  logic                                reset,
    // the next word, and the position of its first bit
    input  logic                                word_valid,
    output logic                                word_ready,
    input  logic [31:0]                         word,
    input  logic [POSITION_BITS-1:0]            word_position,
    // nonzeros are taken in this cycle
    input  logic                                next,
    output logic [COUNT-1:0]                    valid,
    output logic [COUNT-1:0][POSITION_BITS-1:0] position,
    output logic [COUNT_BITS-1:0]               count
);
  logic [COUNT:0][31:0]     left;
  logic [31:0]              held;
  logic [POSITION_BITS-1:0] origin;

  assign left[0] = held;
  assign word_ready = next && left[COUNT] == '0;
  always_ff @(posedge clock) begin
    if (reset) held <= '0;
    else if (word_ready) held <= word_valid ? word : '0;
    else if (next) held <= left[COUNT];
  end
  always_ff @(posedge clock) if (word_ready && word_valid) origin <= word_position;

  for (genvar i = 0; i < COUNT; i++) begin : g_search
    logic [4:0] place;
    next_one #(.WIDTH(32)) search (
        .vector(left[i]), .found(valid[i]), .place(place), .rest(left[i+1])
    );
    assign position[i] = origin + POSITION_BITS'(place);
  end
  always_comb begin
    count = '0;
    for (int i = 0; i < COUNT; i++) count = count + COUNT_BITS'(valid[i]);
  end
endmodule
