// Writes the fmap chunks of a PE's three traces to their memories, and makes a chunk active.
//
// A chunk is words of 64 bits. Six bring the row words of 20 bits with their bases of 8, two a
// word: at activation wires of the memory's output lead to words 2n and 2n + 1 of the trace, so
// that nothing is selected or added. Six words are read, in seven cycles.
module chunk_writer #(
    // address of a word in a trace's fmap memory, its highest bit which half
    parameter int ADDRESS_BITS = 7
) (
    input  logic                    clock,
    input  logic                    reset,
    // a word of a chunk comes
    input  logic                    word_valid,
    // it is the chunk's first
    input  logic                    word_first,
    // the trace that it is for
    input  logic [1:0]              word_trace,
    // the fmap memory of a trace is written
    output logic [2:0]              write,
    // where
    output logic [ADDRESS_BITS-1:0] write_address,
    // the chunk that came last for a trace becomes active; only when not `busy`
    input  logic                    activate,
    // that trace
    input  logic [1:0]              activate_trace,
    // row words are being read or written
    output logic                    busy,
    // which half of its memory a trace's active chunk is in
    output logic [2:0]              active_half,
    // the fmap memory of a trace is read
    output logic [2:0]              read,
    // where
    output logic [ADDRESS_BITS-1:0] read_address,
    // couple of row words that a trace writes, one-hot
    output logic [2:0][5:0]         row_write
);
  localparam int COUNT_BITS = ADDRESS_BITS - 1;
  logic [COUNT_BITS-1:0] count;
  logic [COUNT_BITS-1:0] place;
  logic [2:0]            to;
  assign place = word_first ? '0 : count;
  always_comb for (int t = 0; t < 3; t++) to[t] = word_trace == 2'(t);
  assign write = to & {3{word_valid}};
  assign write_address = {!(|(active_half & to)), place};
  always_ff @(posedge clock) if (word_valid) count <= place + COUNT_BITS'(1);

  logic [2:0] of;
  logic [2:0] word;
  logic       reading;
  logic       there;
  logic [2:0] there_word;
  assign busy = reading || there;
  assign read = of & {3{reading}};
  assign read_address = {|(of & active_half), {(COUNT_BITS - 3) {1'b0}}, word};
  always_comb
    for (int t = 0; t < 3; t++)
      for (int w = 0; w < 6; w++) row_write[t][w] = of[t] && there && there_word == 3'(w);
  always_ff @(posedge clock) begin
    if (activate) for (int t = 0; t < 3; t++) of[t] <= activate_trace == 2'(t);
    for (int t = 0; t < 3; t++)
      active_half[t] <= active_half[t] ^ (activate && activate_trace == 2'(t));
    reading <= activate || (reading && word != 3'd5);
    word <= reading && !activate ? word + 3'd1 : 3'd0;
    there <= reading;
    there_word <= word;
    if (reset) begin
      reading <= '0;
      active_half <= '0;
    end
  end
endmodule
