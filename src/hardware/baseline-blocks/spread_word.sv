// A port behind the global buffer that spreads the rows of a bitmap over a vector.
//
// Rows of a picture come one after another, up to 32 bits each, without the halo columns that the
// vector has between them. Each is shifted to its place in the vector; words of 32 bits leave
// when they are full, each with the number of ones before it, which is the place of its first
// value. A row of more than 32 bits comes in parts.
// Source: what compressed maps need (D46): an array takes aligned words with the place of each
// one's first value.
// Latency: a full word leaves in the cycle after the row that fills it. Throughput: a row, or a
// part of one, a cycle.
module spread_word #(
    parameter int COUNT_BITS = 8
) (
    input  logic                  clock,
    // a new vector begins with the row of this cycle
    input  logic                  first,
    input  logic                  valid,
    // bits of the row, zero beyond its end; the distance to the next row's first bit, 32 at most
    input  logic [31:0]           row,
    input  logic [5:0]            pitch,
    // the vector ends with this row: its last word leaves, full or not
    input  logic                  last,
    output logic                  word_valid,
    output logic [31:0]           word,
    output logic [COUNT_BITS-1:0] ones_before
);
  // place of the row in its word; bits of the word that are there already
  logic [4:0]            place;
  logic [31:0]           begun;
  logic [COUNT_BITS-1:0] ones_so_far;

  logic [4:0]            own_place;
  logic [63:0]           spread;
  logic [6:0]            next_place;
  logic                  full;
  logic [5:0]            ones;

  assign own_place = first ? '0 : place;
  assign spread = ({32'b0, row} << own_place) | {32'b0, first ? 32'b0 : begun};
  assign next_place = 7'(own_place) + 7'(pitch);
  assign full = next_place[6:5] != '0;
  count_ones #(.WIDTH(32)) of_word (.vector(word), .count(ones));

  always_ff @(posedge clock) begin
    if (valid) begin
      place <= next_place[4:0];
      begun <= full ? spread[63:32] : spread[31:0];
    end
  end
  always_ff @(posedge clock) word_valid <= valid && (full || last);
  always_ff @(posedge clock) if (valid && (full || last)) word <= spread[31:0];
  // the word that leaves counts for the ones after it
  always_ff @(posedge clock) begin
    if (valid && first) ones_so_far <= '0;
    else if (word_valid) ones_so_far <= ones_so_far + COUNT_BITS'(ones);
  end
  assign ones_before = ones_so_far;
endmodule
