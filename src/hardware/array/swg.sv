// SWG: an array of columns of PEs that computes a sparse weight gradient, G = mask . (E x F).
//
// What the host holds still during a layer: `team_first`, `channel_slice`, `ring_sums`, `first_episode`, and the table of
// trace vectors, written before the first data. Then three streams run side by side, each with valid and ready:
// fmap chunks, one for all columns at a time; emap rounds with their masks, one stream a column; and gradients out.
// `ready` never depends on `valid`; `order_ready` follows `drain_ready` in the cycle. Data that come in cycle t can be used in
// cycle t + 1. The sums of a handshake leave ROWS + 6 + (their team's last column) cycles after it.
//
// A layer begins with a reset of a cycle, in which `first_episode` is read and nothing but entries of the table is taken, and
// which forgets all but the table; the layer before must have brought its last sums. Episodes are numbered from 0, and chunk e
// goes to place e modulo CHUNKS; in each episode at least one column has a round. K's are numbered in the order in which a team
// drains them. If the order of the next k stands there in the last cycle of the one before, no cycle is lost. K's without
// wanted sums have no order: the next one skips them, and behind the last one an order without sums does.
module swg #(
    // the array
    parameter int COLUMNS = 4,       // columns of PEs
    parameter int ROWS = 8,          // PEs of a column, a MAC each
    parameter int CLUSTER_SIZE = 8,  // PEs of a column that can multiply for each other
    parameter int HELP = 1,          // 1: they do; 0: each multiplies its own pairs alone
    parameter int SLACK = 1,         // episodes that a column may run ahead of the slowest
    parameter int COUNTER_BITS = 24, // bits of a count of a layer's episodes or k's
    // the PE
    parameter int FORMAT = 2,         // of values: 0 int8, 1 int16, 2 bf16
    parameter int VECTOR_BITS = 192,   // positions of a trace vector
    parameter int VECTOR_TAPS = 2,     // trace vectors counted in a cycle
    parameter int ROUND_KS = 4,       // k's of a round, at most
    parameter int ACCUMULATORS = 144, // sums that it holds
    parameter int CHUNKS = 2,         // fmap chunks in its buffer
    parameter int CHUNK_BYTES = 384,  // bytes of an fmap chunk, at most, bitmap and values together
    parameter int ROUND_BYTES = 128,  // bytes of an emap round, at most, bitmaps and values together
    // what comes and goes in a cycle, at most
    parameter int LOAD_WORDS = 4,       // words of a PE's fmap bitmap
    parameter int LOAD_FMAP_VALUES = 8, // fmap values of a PE
    parameter int LOAD_EMAP_VALUES = 8, // emap values of a PE
    parameter int DRAIN_SUMS = 4,       // sums that leave a column: its lanes
    // what follows from these
    parameter int PES = COLUMNS * ROWS,                                       // PEs of the array
    parameter int VALUE_BITS = FORMAT == 0 ? 8 : 16,                          // bits of a value
    parameter int CHUNK_BITS = $clog2(CHUNKS),                                // bits of a chunk's place in the buffer
    parameter int K_BITS = ROUND_KS > 1 ? $clog2(ROUND_KS) : 1,               // bits of a k's number in its round
    parameter int SUM_BITS = $clog2(ACCUMULATORS),                            // bits of an accumulator's or trace vector's number
    parameter int LEFT_BITS = $clog2(ACCUMULATORS + 1),                       // bits of a count of sums
    parameter int SLICE_BITS = ROWS > 1 ? $clog2(ROWS) : 1,                   // bits of a channel slice's number
    parameter int OFFSET_BITS = $clog2((CHUNK_BYTES + 3) / 4) + 5,            // bits of a bit's place in an fmap chunk
    parameter int EMAP_INDEX_BITS = $clog2(ROUND_BYTES * 8 / VALUE_BITS + 1), // bits of a value's place in a round
    parameter int BASE_BITS = (VECTOR_BITS + 31) / 32 * EMAP_INDEX_BITS,       // bits of the places of a bitmap's words in a round
    parameter int PAIR_BITS = $clog2(VECTOR_BITS * ACCUMULATORS + 1),          // bits of a round's cycles
    parameter int WORD_COUNT_BITS = $clog2(LOAD_WORDS + 1),                   // bits of a beat's count of bitmap words
    parameter int FMAP_COUNT_BITS = $clog2(LOAD_FMAP_VALUES + 1),             // bits of a beat's count of fmap values
    parameter int EMAP_COUNT_BITS = $clog2(LOAD_EMAP_VALUES + 1),             // bits of a beat's count of emap values
    parameter int LANES = COLUMNS * DRAIN_SUMS                                // lanes of the array
) (
    // clock and reset
    input  logic                                        clock,               // rising edge
    input  logic                                        reset,               // synchronous; forgets all sums
    // still during a layer
    input  logic [COLUMNS-1:0]                          team_first,          // the column is the first of its team; column 0 always is
    input  logic [ROWS*SLICE_BITS-1:0]                  channel_slice,       // channel slice of each PE of a column
    input  logic [SUM_BITS:0]                           ring_sums,           // accumulators in use: the k's that fit, times the sums of a k
    input  logic [COLUMNS*COUNTER_BITS-1:0]             first_episode,       // first episode in which the column has rounds; all ones: none
    // the table: what trace vector m of a round is, for all PEs
    input  logic                                        table_write,         // writes entry m
    input  logic [SUM_BITS-1:0]                         table_vector,        // m
    input  logic [OFFSET_BITS-1:0]                      table_offset,        // bit of the chunk at which its fmap window begins
    input  logic [K_BITS-1:0]                           table_k,             // its k, of the round's
    // fmap: the chunks of all PEs, in beats of bitmap words and of values
    output logic                                        fmap_ready,          // there is a place for a chunk
    input  logic                                        fmap_valid,          // a beat
    input  logic                                        fmap_first,          // first beat of a chunk
    input  logic                                        fmap_last,           // last beat of a chunk
    input  logic [CHUNK_BITS-1:0]                       fmap_chunk,          // the chunk's place in the buffers
    input  logic [PES*WORD_COUNT_BITS-1:0]              fmap_word_count,     // bitmap words of this beat
    input  logic [PES*LOAD_WORDS*32-1:0]                fmap_words,          // the words
    input  logic [PES*FMAP_COUNT_BITS-1:0]              fmap_value_count,    // values of this beat
    input  logic [PES*LOAD_FMAP_VALUES*VALUE_BITS-1:0]  fmap_values,         // the values, in the order of their bits
    // emap: a column's rounds, in beats; the mask comes with the last beat
    output logic [COLUMNS-1:0]                          emap_ready,          // there is a place for a round
    input  logic [COLUMNS-1:0]                          emap_valid,          // a beat
    input  logic [COLUMNS-1:0]                          emap_first,          // first beat of a round
    input  logic [COLUMNS-1:0]                          emap_last,           // last beat of a round
    input  logic [PES*ROUND_KS-1:0]                     emap_vectors,        // k's whose bitmap comes with this beat
    input  logic [PES*ROUND_KS*VECTOR_BITS-1:0]          emap_bits,           // their bitmaps
    input  logic [PES*ROUND_KS*BASE_BITS-1:0]           emap_bases,          // where the values of each 32-bit word of a bitmap begin among the round's
    input  logic [PES*EMAP_COUNT_BITS-1:0]              emap_value_count,    // values of this beat
    input  logic [PES*LOAD_EMAP_VALUES*VALUE_BITS-1:0]  emap_values,         // the values, k by k
    input  logic [PES*ACCUMULATORS-1:0]                 mask,                // trace vectors that are wanted
    // what the round is, with its last beat
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_episode,       // episode
    input  logic [COLUMNS*CHUNK_BITS-1:0]               round_chunk,         // place of its fmap chunk
    input  logic [COLUMNS*SUM_BITS-1:0]                 round_base,          // accumulator of its first sum
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_room,          // k's that must have been drained before it begins, 0 if they have been before an earlier one
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_episodes_done, // episode of the column's next round; after its last one, the number of all episodes
    input  logic [COLUMNS*COUNTER_BITS-1:0]             round_ks_done,       // k's to whose sums the column adds nothing more after it
    // order: the next k that a team drains; of a team's first column only
    output logic [COLUMNS-1:0]                          order_ready,         // the next k is taken
    input  logic [COLUMNS-1:0]                          order_valid,         // a k is given
    input  logic [COLUMNS*COUNTER_BITS-1:0]             order_skipped,       // k's before it that have nothing to drain
    input  logic [COLUMNS*SUM_BITS-1:0]                 order_base,          // accumulator of its first sum
    input  logic [PES*ACCUMULATORS-1:0]                 order_wanted,        // wanted trace vectors of each channel slice, of those of one k
    input  logic [PES*LEFT_BITS-1:0]                    order_counts,        // how many those are
    // drain: a handshake for sums; of a team's first column only
    input  logic [COLUMNS-1:0]                          drain_ready,         // the host takes the sums
    output logic [COLUMNS-1:0]                          drain_valid,         // sums can leave
    output logic [COLUMNS-1:0]                          drain_last,          // these are the last of a k
    output logic [LANES-1:0]                            drain_lane,          // the lane is to have a sum
    output logic [LANES*SLICE_BITS-1:0]                 drain_slice,         // the sum's channel slice
    output logic [LANES*SUM_BITS-1:0]                   drain_vector,        // the sum's trace vector, of those of its k
    // gradients: the sums of a handshake, later, at the team's last column
    output logic [LANES-1:0]                            gradient_valid,      // the lane has a sum
    output logic [LANES*32-1:0]                         gradient,            // the sum: int32, or float32 of bf16
    // what happens, for whoever watches
    output logic [COLUMNS-1:0]                          round_begins,        // the column begins a round
    output logic [COLUMNS*PAIR_BITS-1:0]                round_cycles,        // cycles that its round takes, or has left
    output logic [PES-1:0]                              busy,                // the MAC multiplies
    output logic [COUNTER_BITS-1:0]                     episodes_finished    // episodes that all columns have done
);
  if (COLUMNS < 1 || ROWS < 1 || CLUSTER_SIZE < 1 || ROUND_KS < 1 || VECTOR_TAPS < 1) begin : g_array
    $error("COLUMNS, ROWS, CLUSTER_SIZE, ROUND_KS and VECTOR_TAPS must be at least 1");
  end
  if (LOAD_WORDS < 1 || LOAD_FMAP_VALUES < 1 || LOAD_EMAP_VALUES < 1 || DRAIN_SUMS < 1) begin : g_beat
    $error("LOAD_WORDS, LOAD_FMAP_VALUES, LOAD_EMAP_VALUES and DRAIN_SUMS must be at least 1");
  end
  if (VECTOR_BITS < 2 || ACCUMULATORS < 2 || CHUNKS < 2 || CHUNK_BYTES < 5 || ROUND_BYTES * 8 < VALUE_BITS) begin : g_size
    $error("VECTOR_BITS, ACCUMULATORS and CHUNKS must be at least 2, CHUNK_BYTES 5, ROUND_BYTES the bytes of a value");
  end
  if (FORMAT < 0 || FORMAT > 2) begin : g_format
    $error("FORMAT must be 0, 1 or 2");
  end
  if (HELP < 0 || HELP > 1 || SLACK < 0) begin : g_balance
    $error("HELP must be 0 or 1, SLACK at least 0");
  end
  if (COUNTER_BITS < 1 || (COUNTER_BITS < 31 && (SLACK >= 2 ** COUNTER_BITS || CHUNKS >= 2 ** COUNTER_BITS))) begin : g_counter
    $error("COUNTER_BITS must hold SLACK and CHUNKS");
  end

  // ---- fmap chunks: one is loaded when the slowest column has left the one whose place it takes

  logic [COUNTER_BITS-1:0] chunks_loaded;
  assign fmap_ready = !reset && chunks_loaded - episodes_finished < COUNTER_BITS'(CHUNKS);
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

  // of each column, whether it leads a team, which takes orders for all of it
  logic [COLUMNS-1:0] is_first;
  logic [COLUMNS-1:0] drain_order_ready;
  assign is_first = team_first | COLUMNS'(1);
  assign order_ready = reset ? '0 : is_first & drain_order_ready;

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
        .FORMAT(FORMAT), .VALUE_BITS(VALUE_BITS), .VECTOR_BITS(VECTOR_BITS), .VECTOR_TAPS(VECTOR_TAPS),
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
        .emap_bits(emap_bits[c*ROWS*ROUND_KS*VECTOR_BITS+:ROWS*ROUND_KS*VECTOR_BITS]),
        .emap_bases(emap_bases[c*ROWS*ROUND_KS*BASE_BITS+:ROWS*ROUND_KS*BASE_BITS]),
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
        .order_ready(drain_order_ready[c]), .order_valid(order_valid[c] && is_first[c]),
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
