// SWG: an array of columns of PEs that computes a sparse weight gradient, G = mask . (E x F).
//
// What the host holds still during a layer: `team_first`, `channel_slice`, `ring_sums`, `first_episode`, and the table of
// trace vectors, written before the first data. Then three streams run side by side, each with valid and ready:
// fmap chunks, one for all columns at a time; emap rounds with their masks, one stream a column; and gradients out.
// `ready` never depends on `valid`. Data that come in cycle t can be used in cycle t + 1.
// The sums of a handshake leave ROWS + 6 + (their team's last column) cycles after it.
module swg #(
    // columns, PEs of a column, PEs of a cluster
    parameter int COLUMNS = 4,
    parameter int ROWS = 8,
    parameter int CLUSTER_SIZE = 8,
    // PEs multiply for each other
    parameter int HELP = 1,
    // episodes that a column may run ahead of the slowest
    parameter int SLACK = 1,
    // of values: 0 int8, 1 int16, 2 bf16; and their bits
    parameter int FORMAT = 2,
    parameter int VALUE_BITS = 16,
    // positions of a trace vector
    parameter int TRACE_BITS = 192,
    // trace vectors that a PE counts in a cycle
    parameter int TRACE_TAPS = 2,
    // k's of a round, at most
    parameter int ROUND_KS = 4,
    // sums of a PE
    parameter int ACCUMULATORS = 144,
    // fmap chunks of a PE, and bytes of one; bytes of an emap round
    parameter int CHUNKS = 2,
    parameter int CHUNK_BYTES = 384,
    parameter int ROUND_BYTES = 128,
    // the widest beats of a PE: words of an fmap bitmap, fmap values, emap values
    parameter int LOAD_WORDS = 4,
    parameter int LOAD_FMAP_VALUES = 8,
    parameter int LOAD_EMAP_VALUES = 8,
    // gradients that leave a column in a cycle
    parameter int DRAIN_SUMS = 4,
    // bits that count episodes and k's of a layer
    parameter int COUNTER_BITS = 24,
    // derived
    parameter int PES = COLUMNS * ROWS,
    parameter int CHUNK_BITS = $clog2(CHUNKS),
    parameter int K_BITS = ROUND_KS > 1 ? $clog2(ROUND_KS) : 1,
    parameter int SUM_BITS = $clog2(ACCUMULATORS),
    parameter int LEFT_BITS = $clog2(ACCUMULATORS + 1),
    parameter int SLICE_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    parameter int OFFSET_BITS = $clog2((CHUNK_BYTES + 3) / 4) + 5,
    parameter int EMAP_INDEX_BITS = $clog2(ROUND_BYTES * 8 / VALUE_BITS + 1),
    parameter int PAIR_BITS = $clog2(TRACE_BITS * ACCUMULATORS + 1),
    parameter int WORD_COUNT_BITS = $clog2(LOAD_WORDS + 1),
    parameter int FMAP_COUNT_BITS = $clog2(LOAD_FMAP_VALUES + 1),
    parameter int EMAP_COUNT_BITS = $clog2(LOAD_EMAP_VALUES + 1),
    parameter int LANES = COLUMNS * DRAIN_SUMS
) (
    // rising edge; synchronous reset, which forgets all sums
    input  logic                                        clock,
    input  logic                                        reset,
    // still during a layer: the first column of each team; the channel slice of each PE of a column; sums in use;
    // the first episode in which a column has rounds, all ones where it never has
    input  logic [COLUMNS-1:0]                          team_first,
    input  logic [ROWS*SLICE_BITS-1:0]                  channel_slice,
    input  logic [SUM_BITS:0]                           ring_sums,
    input  logic [COLUMNS*COUNTER_BITS-1:0]             first_episode,
    // table of trace vectors: where the fmap window of a (k of the round, channel, tap) begins in its chunk, and which k
    input  logic                                        table_write,
    input  logic [SUM_BITS-1:0]                         table_vector,
    input  logic [OFFSET_BITS-1:0]                      table_offset,
    input  logic [K_BITS-1:0]                           table_k,
    // fmap: bitmap words, then values, of the chunk of every PE
    output logic                                        fmap_ready,
    input  logic                                        fmap_valid,
    input  logic                                        fmap_first,
    input  logic                                        fmap_last,
    input  logic [CHUNK_BITS-1:0]                       fmap_chunk,
    input  logic [PES*WORD_COUNT_BITS-1:0]              fmap_word_count,
    input  logic [PES*LOAD_WORDS*32-1:0]                fmap_words,
    input  logic [PES*FMAP_COUNT_BITS-1:0]              fmap_value_count,
    input  logic [PES*LOAD_FMAP_VALUES*VALUE_BITS-1:0]  fmap_values,
    // emap: of each PE trace vectors, where the values of each k begin, values; with the last beat of a round its mask:
    // the trace vectors that are wanted
    output logic [COLUMNS-1:0]                          emap_ready,
    input  logic [COLUMNS-1:0]                          emap_valid,
    input  logic [COLUMNS-1:0]                          emap_first,
    input  logic [COLUMNS-1:0]                          emap_last,
    input  logic [PES*ROUND_KS-1:0]                     emap_vectors,
    input  logic [PES*ROUND_KS*TRACE_BITS-1:0]          emap_bits,
    input  logic [PES*ROUND_KS*EMAP_INDEX_BITS-1:0]     emap_bases,
    input  logic [PES*EMAP_COUNT_BITS-1:0]              emap_value_count,
    input  logic [PES*LOAD_EMAP_VALUES*VALUE_BITS-1:0]  emap_values,
    input  logic [PES*ACCUMULATORS-1:0]                 mask,
    // and what the round is: its episode and chunk; the accumulator of its first sum; k's that must be drained before it
    // begins; episodes and k's that its column has done after it
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_episode,
    input  logic [COLUMNS*CHUNK_BITS-1:0]               round_chunk,
    input  logic [COLUMNS*SUM_BITS-1:0]                 round_base,
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_room,
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_episodes_done,
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_ks_done,
    // the order in which a team's k's are drained; only the ports of a team's first column are used
    output logic [COLUMNS-1:0]                          order_ready,
    input  logic [COLUMNS-1:0]                          order_valid,
    input  logic [COLUMNS*COUNTER_BITS-1:0]             order_skipped,
    input  logic [COLUMNS*SUM_BITS-1:0]                 order_base,
    input  logic [PES*ACCUMULATORS-1:0]                 order_wanted,
    input  logic [PES*LEFT_BITS-1:0]                    order_counts,
    // gradients: handshake, with the last of a k marked; its lanes; and their sums, which come later, at the team's
    // last column
    input  logic [COLUMNS-1:0]                          drain_ready,
    output logic [COLUMNS-1:0]                          drain_valid,
    output logic [COLUMNS-1:0]                          drain_last,
    output logic [LANES-1:0]                            drain_lane,
    output logic [LANES*SLICE_BITS-1:0]                 drain_slice,
    output logic [LANES*SUM_BITS-1:0]                   drain_vector,
    output logic [LANES-1:0]                            gradient_valid,
    output logic [LANES*32-1:0]                         gradient,
    // what happens, for whoever watches: rounds that begin, how long they take, MACs at work, episodes done
    output logic [COLUMNS-1:0]                          round_begins,
    output logic [COLUMNS*PAIR_BITS-1:0]                round_cycles,
    output logic [PES-1:0]                              busy,
    output logic [COUNTER_BITS-1:0]                     episodes_finished
);
  // ---- fmap chunks: one is loaded when the slowest column has left the one whose place it takes

  logic [COUNTER_BITS-1:0] chunks_loaded;
  assign fmap_ready = chunks_loaded - episodes_finished < COUNTER_BITS'(CHUNKS);
  always_ff @(posedge clock) begin
    if (reset) chunks_loaded <= '0;
    else if (fmap_valid && fmap_ready && fmap_last) chunks_loaded <= chunks_loaded + COUNTER_BITS'(1);
  end

  // ---- between columns

  logic [COLUMNS-1:0]              counted;
  logic [COLUMNS*COUNTER_BITS-1:0] episode;
  logic [COLUMNS*COUNTER_BITS-1:0] room;
  logic [COLUMNS*COUNTER_BITS-1:0] episodes_done;
  logic [COLUMNS*COUNTER_BITS-1:0] ks_done;
  logic [COLUMNS-1:0]              ends;
  logic [COLUMNS*COUNTER_BITS-1:0] drained;
  logic [COLUMNS*COUNTER_BITS-1:0] nothing_to_drain;
  logic [COLUMNS*COUNTER_BITS-1:0] team_ks_done;

  scheduler #(.COLUMNS(COLUMNS), .SLACK(SLACK), .COUNTER_BITS(COUNTER_BITS)) schedule (
      .clock, .reset, .team_first, .first_episode,
      .counted, .episode, .room, .episodes_done, .ks_done, .begins(round_begins), .ends,
      .drained, .nothing_to_drain, .team_ks_done,
      .all_done(episodes_finished)
  );

  // ---- columns

  logic [LANES-1:0]            order_lane;
  logic [LANES*SLICE_BITS-1:0] order_slice;
  logic [LANES*SUM_BITS-1:0]   order_place;
  logic [LANES-1:0]            team_lane;
  logic [LANES*SLICE_BITS-1:0] team_slice;
  logic [LANES*SUM_BITS-1:0]   team_place;
  logic [LANES-1:0]            column_lane;
  logic [LANES*32-1:0]         column_sum;

  assign drain_lane = order_lane;
  assign drain_slice = order_slice;

  for (genvar c = 0; c < COLUMNS; c++) begin : g_column
    column #(
        .ROWS(ROWS), .CLUSTER_SIZE(CLUSTER_SIZE), .HELP(HELP), .COUNTER_BITS(COUNTER_BITS),
        .FORMAT(FORMAT), .VALUE_BITS(VALUE_BITS), .TRACE_BITS(TRACE_BITS), .TRACE_TAPS(TRACE_TAPS),
        .ROUND_KS(ROUND_KS), .ACCUMULATORS(ACCUMULATORS), .CHUNKS(CHUNKS), .CHUNK_BYTES(CHUNK_BYTES),
        .ROUND_BYTES(ROUND_BYTES), .LOAD_WORDS(LOAD_WORDS), .LOAD_FMAP_VALUES(LOAD_FMAP_VALUES),
        .LOAD_EMAP_VALUES(LOAD_EMAP_VALUES), .DRAIN_SUMS(DRAIN_SUMS)
    ) pes (
        .clock, .reset, .table_write, .table_vector, .table_offset, .table_k, .ring_sums, .channel_slice,
        .fmap_load(fmap_valid && fmap_ready), .fmap_first, .fmap_chunk,
        .fmap_word_count(fmap_word_count[c*ROWS*WORD_COUNT_BITS+:ROWS*WORD_COUNT_BITS]),
        .fmap_words(fmap_words[c*ROWS*LOAD_WORDS*32+:ROWS*LOAD_WORDS*32]),
        .fmap_value_count(fmap_value_count[c*ROWS*FMAP_COUNT_BITS+:ROWS*FMAP_COUNT_BITS]),
        .fmap_values(fmap_values[c*ROWS*LOAD_FMAP_VALUES*VALUE_BITS+:ROWS*LOAD_FMAP_VALUES*VALUE_BITS]),
        .chunks_loaded,
        .emap_ready(emap_ready[c]), .emap_load(emap_valid[c] && emap_ready[c]),
        .emap_first(emap_first[c]), .emap_last(emap_last[c]),
        .emap_vectors(emap_vectors[c*ROWS*ROUND_KS+:ROWS*ROUND_KS]),
        .emap_bits(emap_bits[c*ROWS*ROUND_KS*TRACE_BITS+:ROWS*ROUND_KS*TRACE_BITS]),
        .emap_bases(emap_bases[c*ROWS*ROUND_KS*EMAP_INDEX_BITS+:ROWS*ROUND_KS*EMAP_INDEX_BITS]),
        .emap_value_count(emap_value_count[c*ROWS*EMAP_COUNT_BITS+:ROWS*EMAP_COUNT_BITS]),
        .emap_values(emap_values[c*ROWS*LOAD_EMAP_VALUES*VALUE_BITS+:ROWS*LOAD_EMAP_VALUES*VALUE_BITS]),
        .mask(mask[c*ROWS*ACCUMULATORS+:ROWS*ACCUMULATORS]),
        .round_episode(round_episode[c*COUNTER_BITS+:COUNTER_BITS]),
        .round_chunk(round_chunk[c*CHUNK_BITS+:CHUNK_BITS]),
        .round_base(round_base[c*SUM_BITS+:SUM_BITS]),
        .round_room(round_room[c*COUNTER_BITS+:COUNTER_BITS]),
        .round_episodes_done(round_episodes_done[c*COUNTER_BITS+:COUNTER_BITS]),
        .round_ks_done(round_ks_done[c*COUNTER_BITS+:COUNTER_BITS]),
        .counted(counted[c]), .episode(episode[c*COUNTER_BITS+:COUNTER_BITS]),
        .room(room[c*COUNTER_BITS+:COUNTER_BITS]),
        .episodes_done(episodes_done[c*COUNTER_BITS+:COUNTER_BITS]),
        .ks_done(ks_done[c*COUNTER_BITS+:COUNTER_BITS]), .begins(round_begins[c]), .ends(ends[c]),
        .cycles(round_cycles[c*PAIR_BITS+:PAIR_BITS]), .busy(busy[c*ROWS+:ROWS]),
        .drain(team_lane[c*DRAIN_SUMS+:DRAIN_SUMS]),
        .drain_slice(team_slice[c*DRAIN_SUMS*SLICE_BITS+:DRAIN_SUMS*SLICE_BITS]),
        .drain_place(team_place[c*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS]),
        .drained(column_lane[c*DRAIN_SUMS+:DRAIN_SUMS]), .drained_sum(column_sum[c*DRAIN_SUMS*32+:DRAIN_SUMS*32])
    );

    gradient_drain #(
        .SLICES(ROWS), .LANES(DRAIN_SUMS), .ACCUMULATORS(ACCUMULATORS), .COUNTER_BITS(COUNTER_BITS)
    ) drain (
        .clock, .reset, .ring_sums,
        .order_ready(order_ready[c]), .order_valid(order_valid[c] && team_first[c]),
        .order_skipped(order_skipped[c*COUNTER_BITS+:COUNTER_BITS]), .order_base(order_base[c*SUM_BITS+:SUM_BITS]),
        .order_wanted(order_wanted[c*ROWS*ACCUMULATORS+:ROWS*ACCUMULATORS]),
        .order_counts(order_counts[c*ROWS*LEFT_BITS+:ROWS*LEFT_BITS]),
        .team_ks_done(team_ks_done[c*COUNTER_BITS+:COUNTER_BITS]),
        .drained(drained[c*COUNTER_BITS+:COUNTER_BITS]),
        .nothing_to_drain(nothing_to_drain[c*COUNTER_BITS+:COUNTER_BITS]),
        .ready(drain_ready[c]), .valid(drain_valid[c]), .last(drain_last[c]),
        .lane(order_lane[c*DRAIN_SUMS+:DRAIN_SUMS]),
        .lane_slice(order_slice[c*DRAIN_SUMS*SLICE_BITS+:DRAIN_SUMS*SLICE_BITS]),
        .lane_vector(drain_vector[c*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS]),
        .lane_place(order_place[c*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS])
    );
  end

  // what a team drains is what its first column's order says
  always_comb begin
    for (int c = 0; c < COLUMNS; c++)
      if (c == 0 || team_first[c]) begin
        team_lane[c*DRAIN_SUMS+:DRAIN_SUMS] = order_lane[c*DRAIN_SUMS+:DRAIN_SUMS];
        team_slice[c*DRAIN_SUMS*SLICE_BITS+:DRAIN_SUMS*SLICE_BITS] =
            order_slice[c*DRAIN_SUMS*SLICE_BITS+:DRAIN_SUMS*SLICE_BITS];
        team_place[c*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS] =
            order_place[c*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS];
      end else begin
        team_lane[c*DRAIN_SUMS+:DRAIN_SUMS] = team_lane[(c-1)*DRAIN_SUMS+:DRAIN_SUMS];
        team_slice[c*DRAIN_SUMS*SLICE_BITS+:DRAIN_SUMS*SLICE_BITS] =
            team_slice[(c-1)*DRAIN_SUMS*SLICE_BITS+:DRAIN_SUMS*SLICE_BITS];
        team_place[c*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS] =
            team_place[(c-1)*DRAIN_SUMS*SUM_BITS+:DRAIN_SUMS*SUM_BITS];
      end
  end

  // ---- the columns of a team are added up, from the first to the last, a cycle each

  team_adder #(.FORMAT(FORMAT), .COLUMNS(COLUMNS), .LANES(DRAIN_SUMS)) teams (
      .clock, .reset, .team_first, .lane(column_lane), .sum(column_sum),
      .total_valid(gradient_valid), .total(gradient)
  );
endmodule
