// A few words in flip-flops. A read is one word ANDed out of all by its decoded address, and ORed
// together.
//
// Source: textbook structure; what a small local storage costs that no memory compiler makes.
// Latency: a word that is written can be read in the next cycle; reads are combinational. Two
// writes of a cycle must not go to the same word. Promise: words keep their values until they are
// written.
module register_file #(
    parameter int WORDS = 16,
    parameter int WIDTH = 16,
    parameter int READ_PORTS = 1,
    parameter int WRITE_PORTS = 1,
    localparam int ADDRESS_BITS = WORDS > 1 ? $clog2(WORDS) : 1
) (
    input  logic                                     clock,
    input  logic [WRITE_PORTS-1:0]                   write,
    input  logic [WRITE_PORTS-1:0][ADDRESS_BITS-1:0] write_address,
    input  logic [WRITE_PORTS-1:0][WIDTH-1:0]        write_word,
    // a port that does not read gives zero, and nothing in it switches
    input  logic [READ_PORTS-1:0]                    read,
    input  logic [READ_PORTS-1:0][ADDRESS_BITS-1:0]  read_address,
    output logic [READ_PORTS-1:0][WIDTH-1:0]         read_word
);
  logic [WORDS-1:0][WIDTH-1:0] words;

  for (genvar w = 0; w < WORDS; w++) begin : g_word
    logic [WRITE_PORTS-1:0] writes;
    logic [WIDTH-1:0]       written;
    for (genvar p = 0; p < WRITE_PORTS; p++) begin : g_write
      assign writes[p] = write[p] && write_address[p] == ADDRESS_BITS'(w);
    end
    always_comb begin
      written = '0;
      for (int p = 0; p < WRITE_PORTS; p++)
        if (writes[p] || WRITE_PORTS == 1) written = written | write_word[p];
    end
    always_ff @(posedge clock) if (|writes) words[w] <= written;
  end

  for (genvar p = 0; p < READ_PORTS; p++) begin : g_read
    always_comb begin
      read_word[p] = '0;
      for (int w = 0; w < WORDS; w++)
        if (read[p] && read_address[p] == ADDRESS_BITS'(w)) read_word[p] = read_word[p] | words[w];
    end
  end
endmodule
