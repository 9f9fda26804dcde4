// A memory with one port that reads and one that writes, to be replaced by a macro. A word comes
// in the cycle after it is asked for, and stays until the next one is. What is read and written in
// the same cycle comes as it was before.
//
// Rule: both addresses are below DEPTH.
module memory_1r1w #(
    parameter int WIDTH = 64,
    parameter int DEPTH = 64,
    // parts of a word that are written one by one
    parameter int PARTS = 1,
    localparam int ADDRESS_BITS = $clog2(DEPTH)
) (
    input  logic                    clock,
    // a word is asked for
    input  logic                    read,
    // which
    input  logic [ADDRESS_BITS-1:0] read_address,
    // the word that was asked for last
    output logic [WIDTH-1:0]        read_word,
    // parts of a word that are written
    input  logic [PARTS-1:0]        write,
    // which word
    input  logic [ADDRESS_BITS-1:0] write_address,
    // what is written
    input  logic [WIDTH-1:0]        write_word
);
  localparam int PART = WIDTH / PARTS;

  logic [WIDTH-1:0] words[DEPTH];

  always_ff @(posedge clock) if (read) read_word <= words[read_address];
  for (genvar p = 0; p < PARTS; p++) begin : g_part
    always_ff @(posedge clock)
      if (write[p]) words[write_address][p*PART+:PART] <= write_word[p*PART+:PART];
  end

`ifdef ASSERTIONS
  // at the first edge what writes it may not be reset yet; what reads it, before anything is in it
  logic first = 1'b1;
  logic used = 1'b0;
  always @(posedge clock) begin
    first <= 1'b0;
    if (|write && !first) used <= 1'b1;
    if (read && used) assert (32'(read_address) < DEPTH)
    else $fatal(1, "memory_1r1w: read beyond its end");
    if (|write && !first) assert (32'(write_address) < DEPTH)
    else $fatal(1, "memory_1r1w: written beyond its end");
  end
`endif
endmodule
