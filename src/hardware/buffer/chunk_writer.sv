// Writes the fmap chunks of a PE's three traces to their memories, each of which has three places
// for chunks, and reads the row words of one that becomes active.
//
// A chunk is words of 64 bits. The first ones are couples of row words with their bases: wires of
// the memory's output lead to words 2n and 2n + 1 of the trace, so that nothing is selected or
// added. Behind them come the row words of groups 2n and 2n + 1, as `window_look` has them: there
// are no more groups than row words. Bit 63 marks the last couple. Values follow, at the places
// that bases count from.
module chunk_writer (
    input  logic            clock,
    input  logic            reset,
    // a word of a chunk comes
    input  logic            word_valid,
    // it is the chunk's first
    input  logic            word_first,
    // the trace that it is for
    input  logic [1:0]      word_trace,
    // all words of an episode's chunks have come, the last of them in this cycle
    input  logic            chunk_comes,
    // number of their layout
    input  logic [1:0]      comes_layout,
    // episode of the last chunk that has come, modulo 4
    output logic [1:0]      chunks_there,
    // the fmap memory of a trace is written
    output logic [2:0]      write,
    // where
    output logic [6:0]      write_address,
    // the next chunk of a trace has row words
    output logic [2:0]      chunk_full,
    // it becomes active
    input  logic [2:0]      activate,
    // place of its active chunk, or of the one that becomes it
    output logic [2:0][1:0] place,
    // number of its layout
    output logic [2:0][1:0] layout,
    // the fmap memory of a trace is read for its row words
    output logic [2:0]      read,
    // which couple of them
    output logic [2:0][2:0] read_couple,
    // what was read is the last couple
    input  logic [2:0]      is_last,
    // a couple of row words comes, one-hot
    output logic [2:0][5:0] row_write,
    // it is the last
    output logic [2:0]      activated
);
  function automatic logic [1:0] after(input logic [1:0] which);
    after = which == 2'd2 ? 2'd0 : which + 2'd1;
  endfunction

  // ---- words that come

  logic [1:0]      write_place;
  logic [2:0][1:0] layouts;
  logic [4:0]      count;
  logic [4:0]      at;
  logic [2:0]      to;
  assign at = word_first ? '0 : count;
  always_comb for (int t = 0; t < 3; t++) to[t] = word_trace == 2'(t);
  assign write = to & {3{word_valid}};
  assign write_address = {write_place, at};
  always_ff @(posedge clock) begin
    if (word_valid) count <= at + 5'd1;
    if (chunk_comes || reset) begin
      write_place <= reset ? '0 : after(write_place);
      chunks_there <= reset ? '1 : chunks_there + 2'd1;
    end
    for (int p = 0; p < 3; p++)
      if (chunk_comes && write_place == 2'(p)) layouts[p] <= comes_layout;
  end

  // ---- chunks that become active

  for (genvar t = 0; t < 3; t++) begin : g_trace
    logic [1:0] active_place;
    logic [2:0] full;
    logic [2:0] fills;
    logic [2:0] seen;
    logic       reading;
    logic       there;
    logic [2:0] couple;
    logic [2:0] there_couple;
    assign place[t] = activate[t] ? after(active_place) : active_place;
    assign layout[t] = layouts[active_place];
    assign chunk_full[t] = |(full & (3'd1 << after(active_place)));
    assign fills = 3'(write[t] && word_first) << write_place;
    assign seen = 3'(activate[t]) << after(active_place);
    assign read[t] = (activate[t] && chunk_full[t]) || reading;
    assign read_couple[t] = activate[t] ? '0 : couple;
    assign activated[t] = there && is_last[t];
    always_comb for (int i = 0; i < 6; i++) row_write[t][i] = there && there_couple == 3'(i);
    always_ff @(posedge clock) begin
      if (activate[t] || reset) active_place <= reset ? 2'd2 : place[t];
      if (fills != '0 || seen != '0 || reset) full <= reset ? '0 : (full & ~seen) | fills;
      reading <= !reset && read[t] && !activated[t];
      there <= !reset && read[t] && !activated[t];
      if (read[t]) begin
        couple <= read_couple[t] + 3'd1;
        there_couple <= read_couple[t];
      end
    end

`ifdef ASSERTIONS
    always @(posedge clock)
      if (!reset)
        assert ((fills & full) == '0)
        else $fatal(1, "chunk_writer: a chunk comes where one waits");
`endif
  end

`ifdef ASSERTIONS
  always @(posedge clock)
    if (!reset) begin
      assert (!(word_valid && word_trace == 2'd3)) else $fatal(1, "chunk_writer: no such trace");
      assert (!(word_valid && !word_first && count == '0))
      else $fatal(1, "chunk_writer: a chunk of more than 32 words");
    end
`endif
endmodule
