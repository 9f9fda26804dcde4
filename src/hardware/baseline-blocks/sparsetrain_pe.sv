// A PE that convolves two compressed rows: all but its multiplier and its adder.
//
// One row waits as a bitmap, its nonzero values in a buffer outside; the nonzeros of the other row
// stream by with their positions. A streamed value is multiplied with each nonzero of the waiting
// row that a tap joins it with, one a cycle, lowest first; the products are added to the sums of
// the taps, which are kept here. Tap t joins position x of the stream with position x + t - padding
// of the waiting row.
// Idea: SparseTrain's 1-D convolutions of compressed rows (Dai et al., DAC 2020); the structure is
// ours.
// Latency: a pair's operands are there in the cycle after it was found; `product` comes in that
// cycle, and is in its sum in the next. A streamed value without a pair takes a cycle.
module sparsetrain_pe #(
    parameter int TAPS = 3,
    parameter int ROW = 32,
    parameter int VALUE_BITS = 16,
    localparam int POSITION_BITS = $clog2(ROW),
    localparam int TAP_BITS = $clog2(TAPS)
) (
    input  logic                     clock,
    input  logic                     reset,
    // the row that waits, with the padding on its left
    input  logic                     load,
    input  logic [ROW-1:0]           load_row,
    input  logic [TAP_BITS-1:0]      load_padding,
    // the stream
    input  logic                     stream_valid,
    output logic                     stream_ready,
    input  logic [POSITION_BITS-1:0] stream_position,
    input  logic [VALUE_BITS-1:0]    stream_value,
    // which of the waiting row's nonzeros is read, at once
    output logic [POSITION_BITS-1:0] value_place,
    input  logic [VALUE_BITS-1:0]    value,
    // a pair for the multiplier, and its tap's sum for the adder, which gives the new one at once
    output logic                     pair,
    output logic [VALUE_BITS-1:0]    streamed,
    output logic [VALUE_BITS-1:0]    waiting,
    output logic [31:0]              held,
    input  logic [31:0]              total,
    // sums leave, and begin anew
    input  logic                     clear,
    output logic [TAPS-1:0][31:0]    sums
);
  // the waiting row behind its padding
  logic [ROW+TAPS-2:0] row;
  always_ff @(posedge clock) if (load) row <= (ROW + TAPS - 1)'(load_row) << load_padding;

  // ---- the streamed value that is at work, and its taps that are left
  logic [TAPS-1:0]          left;
  logic [TAPS-1:0]          rest;
  logic                     found;
  logic [TAP_BITS-1:0]      tap;
  logic [POSITION_BITS-1:0] position;
  logic [VALUE_BITS-1:0]    own_value;
  next_one #(.WIDTH(TAPS)) search (.vector(left), .found(found), .place(tap), .rest(rest));
  assign stream_ready = rest == '0;
  always_ff @(posedge clock) begin
    if (reset) left <= '0;
    else if (!stream_ready) left <= rest;
    else left <= stream_valid ? TAPS'(row >> stream_position) : '0;
  end
  always_ff @(posedge clock) begin
    if (stream_ready && stream_valid) begin
      position  <= stream_position;
      own_value <= stream_value;
    end
  end

  // ---- which nonzero of the waiting row it meets: as many as lie before it
  localparam int COUNT_BITS = $clog2(ROW + TAPS);
  logic [ROW+TAPS-2:0]   before_it;
  logic [COUNT_BITS-1:0] ones;
  assign before_it = row & ~('1 << ((POSITION_BITS + 1)'(position) + (POSITION_BITS + 1)'(tap)));
  count_ones #(.WIDTH(ROW + TAPS - 1)) rank (.vector(before_it), .count(ones));
  assign value_place = ones[POSITION_BITS-1:0];

  logic [TAPS-1:0] pair_tap;
  always_ff @(posedge clock) pair <= !reset && found;
  always_ff @(posedge clock) begin
    if (found) begin
      streamed <= own_value;
      waiting  <= value;
      pair_tap <= left & ~rest;
    end
  end

  // ---- sums
  always_comb begin
    held = '0;
    for (int t = 0; t < TAPS; t++) if (pair_tap[t]) held = held | sums[t];
  end
  for (genvar t = 0; t < TAPS; t++) begin : g_sum
    always_ff @(posedge clock) begin
      if (clear) sums[t] <= '0;
      else if (pair && pair_tap[t]) sums[t] <= total;
    end
  end

  logic unused;
  assign unused = &{1'b0, ones};
endmodule
