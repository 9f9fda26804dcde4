// The inner join of two sparse vectors, a chunk at a time: all of a compute unit but its buffers,
// its multiplier and its adder.
//
// Both chunks are bitmaps, their nonzero values lie in buffers outside, in order. Where both have a
// one there is a pair: pairs leave one a cycle, lowest place first, each with the ranks of its two
// values among their own chunk's nonzeros, which are the values' places in the buffers. A chunk
// without a pair takes a cycle.
// Source: SparTen (Gondimalla et al., MICRO 2019), which has a bitmap's AND, a priority encoder and
// a prefix sum of each bitmap, chunks of 128; the structure is ours.
// Latency: two cycles from the chunk to its first pair's operands; a pair's ranks are worked out in
// the cycle after it was found, and its values are there in the next.
module inner_join #(
    parameter int CHUNK = 128,
    parameter int VALUE_BITS = 16,
    localparam int RANK_BITS = $clog2(CHUNK)
) (
    input  logic                       clock,
    input  logic                       reset,
    // the next two chunks
    input  logic                       chunk_valid,
    output logic                       chunk_ready,
    input  logic [1:0][CHUNK-1:0]      chunk,
    // where a pair's values lie, and the values, which are there at once
    output logic                       ranked,
    output logic [1:0][RANK_BITS-1:0]  rank,
    input  logic [1:0][VALUE_BITS-1:0] value,
    // a pair for the multiplier
    output logic                       pair,
    output logic [1:0][VALUE_BITS-1:0] operand
);
  // ---- the chunks at work, and the pairs that are left of them
  logic [1:0][CHUNK-1:0] held;
  logic [CHUNK-1:0]      left;
  logic [CHUNK-1:0]      rest;
  logic                  found;
  logic [RANK_BITS-1:0]  place;
  logic                  load;
  // no pair of the held chunks was found yet
  logic                  fresh;
  next_one #(.WIDTH(CHUNK)) search (.vector(left), .found(found), .place(place), .rest(rest));
  assign chunk_ready = rest == '0;
  assign load = chunk_ready && chunk_valid;
  always_ff @(posedge clock) begin
    if (reset) left <= '0;
    else if (!chunk_ready) left <= rest;
    else left <= chunk_valid ? chunk[0] & chunk[1] : '0;
  end
  always_ff @(posedge clock) if (load) held <= chunk;
  always_ff @(posedge clock) fresh <= load || (fresh && !found);

  // ---- the pair's rank in each chunk: as many ones as lie before it. The chunks stay for the
  // last pair of them while the next ones are searched.
  logic [1:0][CHUNK-1:0] searched;
  logic [RANK_BITS-1:0]  pair_place;
  logic [CHUNK-1:0]      before_it;
  always_ff @(posedge clock) ranked <= !reset && found;
  always_ff @(posedge clock) if (found) pair_place <= place;
  always_ff @(posedge clock) if (found && fresh) searched <= held;
  for (genvar at = 0; at < CHUNK; at++) begin : g_before
    assign before_it[at] = RANK_BITS'(at) < pair_place;
  end
  for (genvar i = 0; i < 2; i++) begin : g_side
    logic [RANK_BITS:0] ones;
    count_ones #(.WIDTH(CHUNK)) count (.vector(searched[i] & before_it), .count(ones));
    assign rank[i] = ones[RANK_BITS-1:0];
    always_ff @(posedge clock) if (ranked) operand[i] <= value[i];

    // less than a whole chunk lies before a pair
    logic unused;
    assign unused = ones[RANK_BITS];
  end
  always_ff @(posedge clock) pair <= !reset && ranked;
endmodule
