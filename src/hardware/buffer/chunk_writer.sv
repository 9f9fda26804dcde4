// Writes the fmap chunks of a PE's traces to their memories, each of which has places for a few of
// them, and reads the row words of one that becomes active.
//
// A chunk is words of 64 bits. The first ones are couples of row words with their bases: wires of
// the memory's output lead to words 2n and 2n + 1 of the trace, so that nothing is selected or
// added. Behind them come the row words of groups 2n and 2n + 1, as `window_look` has them: there
// are no more groups than row words. Bit 63 marks the last couple. Values follow, at the places
// that bases count from.
//
// Rules:
// - a chunk comes in order, its first word marked, and has no more words than a place;
// - it comes where no chunk waits to become active, for a trace that there is;
// - one of its first six words is marked as the last couple of row words.
module chunk_writer #(
    parameter int TRACES = 3,
    // places for chunks in a trace's memory, four at most, and words of each, eight at least
    parameter int CHUNKS = 3,
    parameter int CHUNK_WORDS = 32,
    localparam int TRACE_BITS = TRACES > 1 ? $clog2(TRACES) : 1,
    localparam int PLACE_BITS = CHUNKS > 1 ? $clog2(CHUNKS) : 1,
    localparam int WORD_BITS = $clog2(CHUNK_WORDS),
    // chunks are numbered modulo 4, or modulo 8 where four may have come beside the active one
    localparam int EPISODE_BITS = CHUNKS > 3 ? 3 : 2,
    localparam int ADDRESS_BITS = $clog2(CHUNKS * CHUNK_WORDS)
) (
    input  logic                              clock,
    input  logic                              reset,
    // a word of a chunk comes
    input  logic                              word_valid,
    // it is the chunk's first
    input  logic                              word_first,
    // the trace that it is for
    input  logic [TRACE_BITS-1:0]             word_trace,
    // all words of an episode's chunks have come, the last of them in this cycle
    input  logic                              chunk_comes,
    // number of their layout
    input  logic [1:0]                        comes_layout,
    // episode of the last chunk that has come, modulo 2^EPISODE_BITS
    output logic [EPISODE_BITS-1:0]           chunks_there,
    // the fmap memory of a trace is written
    output logic [TRACES-1:0]                 write,
    // where
    output logic [ADDRESS_BITS-1:0]           write_address,
    // the next chunk of a trace has row words
    output logic [TRACES-1:0]                 chunk_full,
    // it becomes active
    input  logic [TRACES-1:0]                 activate,
    // place of its active chunk, or of the one that becomes it
    output logic [TRACES-1:0][PLACE_BITS-1:0] place,
    // number of its layout
    output logic [TRACES-1:0][1:0]            layout,
    // the fmap memory of a trace is read for its row words
    output logic [TRACES-1:0]                 read,
    // which couple of them
    output logic [TRACES-1:0][2:0]            read_couple,
    // what was read is the last couple
    input  logic [TRACES-1:0]                 is_last,
    // a couple of row words comes, one-hot
    output logic [TRACES-1:0][5:0]            row_write,
    // it is the last
    output logic [TRACES-1:0]                 activated
);
  function automatic logic [PLACE_BITS-1:0] after(input logic [PLACE_BITS-1:0] which);
    after = which == PLACE_BITS'(CHUNKS - 1) ? '0 : which + PLACE_BITS'(1);
  endfunction

  // ---- words that come

  logic [PLACE_BITS-1:0]  write_place;
  logic [CHUNKS-1:0][1:0] layouts;
  logic [WORD_BITS-1:0]   count;
  logic [WORD_BITS-1:0]   at;
  logic [TRACES-1:0]      to;
  assign at = word_first ? '0 : count;
  always_comb for (int t = 0; t < TRACES; t++) to[t] = word_trace == TRACE_BITS'(t);
  assign write = to & {TRACES{word_valid}};
  assign write_address = ADDRESS_BITS'(32'(write_place) * CHUNK_WORDS) + ADDRESS_BITS'(at);
  always_ff @(posedge clock) begin
    if (word_valid) count <= at + WORD_BITS'(1);
    if (chunk_comes || reset) begin
      write_place <= reset ? '0 : after(write_place);
      chunks_there <= reset ? '1 : chunks_there + EPISODE_BITS'(1);
    end
    for (int p = 0; p < CHUNKS; p++)
      if (chunk_comes && write_place == PLACE_BITS'(p)) layouts[p] <= comes_layout;
  end

  // ---- chunks that become active

  for (genvar t = 0; t < TRACES; t++) begin : g_trace
    logic [PLACE_BITS-1:0] active_place;
    logic [CHUNKS-1:0]     full;
    logic [CHUNKS-1:0]     fills;
    logic [CHUNKS-1:0]     seen;
    logic                  reading;
    logic                  there;
    logic [2:0]            couple;
    logic [2:0]            there_couple;
    assign place[t] = activate[t] ? after(active_place) : active_place;
    assign layout[t] = layouts[active_place];
    assign chunk_full[t] = |(full & (CHUNKS'(1) << after(active_place)));
    assign fills = CHUNKS'(write[t] && word_first) << write_place;
    assign seen = CHUNKS'(activate[t]) << after(active_place);
    assign read[t] = (activate[t] && chunk_full[t]) || reading;
    assign read_couple[t] = activate[t] ? '0 : couple;
    assign activated[t] = there && is_last[t];
    always_comb for (int i = 0; i < 6; i++) row_write[t][i] = there && there_couple == 3'(i);
    always_ff @(posedge clock) begin
      if (activate[t] || reset)
        active_place <= reset ? PLACE_BITS'(CHUNKS - 1) : place[t];
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
      if (!reset) begin
        assert ((fills & full) == '0)
        else $fatal(1, "chunk_writer: a chunk comes where one waits");
        assert (!(there && there_couple > 3'd5))
        else $fatal(1, "chunk_writer: more than six couples of row words");
      end
`endif
  end

`ifdef ASSERTIONS
  always @(posedge clock)
    if (!reset) begin
      assert (!(word_valid && 32'(word_trace) >= TRACES))
      else $fatal(1, "chunk_writer: no such trace");
      assert (!(word_valid && !word_first && (count == '0 || 32'(count) >= CHUNK_WORDS)))
      else $fatal(1, "chunk_writer: a chunk of more words than a place has");
    end
`endif
endmodule
