// A memory of flip-flops: any number of words is read and written in a cycle.
// Read: combinational; a decoder picks the word of each port, its bits are ANDed with its line and ORed over the words.
// Write: in the next cycle; of ports that write the same word, the last one's bits are kept. Nothing is reset.
module register_file #(
    parameter int WORDS = 16,
    parameter int WIDTH = 16,
    parameter int READS = 1,
    parameter int WRITES = 1,
    parameter int ADDRESS_BITS = WORDS > 1 ? $clog2(WORDS) : 1
) (
    input  logic                                clock,
    input  logic [WRITES-1:0]                   write,         // the port writes
    input  logic [WRITES-1:0][ADDRESS_BITS-1:0] write_address, // the word that it writes
    input  logic [WRITES-1:0][WIDTH-1:0]        write_data,    // what the word is from the next cycle on
    input  logic [READS-1:0][ADDRESS_BITS-1:0]  read_address,  // the word that the port reads
    output logic [READS-1:0][WIDTH-1:0]         read_data      // the word
);
  logic [WORDS-1:0][WIDTH-1:0] words;
  logic [WORDS-1:0][WIDTH-1:0] after;

  always_comb begin
    after = words;
    for (int w = 0; w < WORDS; w++)
      for (int p = 0; p < WRITES; p++)
        if (write[p] && write_address[p] == ADDRESS_BITS'(w)) after[w] = write_data[p];
  end
  always_ff @(posedge clock) words <= after;

  always_comb begin
    read_data = '0;
    for (int p = 0; p < READS; p++)
      for (int w = 0; w < WORDS; w++)
        read_data[p] = read_data[p]
            | (words[w] & {WIDTH{read_address[p] == ADDRESS_BITS'(w)}});
  end
endmodule
