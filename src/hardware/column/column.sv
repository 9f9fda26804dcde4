// A column: PEs in a ring, and what they know of the lists that they work on.
//
// Words of lists come through ports, each for as many PEs that follow each other, which take what
// is for them. With the last word of list number n, in all PEs that need one, `list_comes` says
// what it is.
//
// Rules, beside those of its blocks:
// - eight lists at most have come that a trace has not begun;
// - the set of a list's sums is one of `sets`.
module column #(
    parameter int ROWS = 8,
    parameter int VALUE_BITS = 16,
    parameter int LIST_PORTS = 2,
    parameter int LANES = 4,
    // as `processing_element` has them
    parameter int TRACES = 3,
    parameter int LIST_WORDS = 64,
    parameter int CHUNKS = 3,
    parameter int CHUNK_WORDS = 32,
    parameter int SUM_WORDS = 64,
    localparam int TRACE_BITS = TRACES > 1 ? $clog2(TRACES) : 1,
    localparam int SUM_BITS = $clog2(SUM_WORDS),
    localparam int PE_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int WORD = VALUE_BITS == 32 ? 128 : 64,
    localparam int PAIR_BITS = 35 + 2 * VALUE_BITS
) (
    input  logic                             clock,
    input  logic                             reset,

    // ---- change under reset only

    // MACs serve the PE beside theirs, too
    input  logic                             help,
    // lists have headers
    input  logic                             headers,
    // a list memory is shared by 1, 2 or 4 sequences of lists, as a power of two
    input  logic [1:0]                       shares_log,
    // number of each trace's
    input  logic [ROWS-1:0][TRACES-1:0][1:0] share,
    // sets of sums in a trace
    input  logic [3:0]                       sets,

    // ---- up to four layouts of chunks, constant in a layer

    // columns of a group, as a power of two
    input  logic [3:0][1:0]                  group_log,
    // bits from a column of a group to the next
    input  logic [3:0][2:0]                  column_step,
    // lanes of the pass
    input  logic [3:0][1:0]                  pass_lanes,
    // bits of a lane
    input  logic [3:0][2:0]                  lane_bits,

    // ---- fmap chunks, as `processing_element` takes them

    // a word of a chunk comes to the PE
    input  logic [ROWS-1:0]                  chunk_valid,
    // it is the chunk's first
    input  logic [ROWS-1:0]                  chunk_first,
    // the trace of the PE that it is for
    input  logic [ROWS-1:0][TRACE_BITS-1:0]  chunk_trace,
    // the word
    input  logic [ROWS-1:0][63:0]            chunk_word,
    // all words of an episode's chunks have come to the PE, the last of them in this cycle
    input  logic [ROWS-1:0]                  chunk_comes,
    // number of their layout
    input  logic [ROWS-1:0][1:0]             comes_layout,

    // ---- lists

    // a word of a list comes for these PEs
    input  logic [ROWS-1:0]                  list_valid,
    // number of its sequence there
    input  logic [ROWS-1:0][1:0]             list_share,
    // the word of each port
    input  logic [LIST_PORTS-1:0][WORD-1:0]  list_word,
    // all words of the next list have come, the last of them in this cycle
    input  logic                             list_comes,
    // the list's episode, modulo 4
    input  logic [1:0]                       comes_episode,
    // its words, where it has no header
    input  logic [4:0]                       comes_length,
    // sums begin with it
    input  logic                             comes_first,
    // set of its sums
    input  logic [2:0]                       comes_set,
    // number of each trace's next list, modulo 16
    output logic [ROWS-1:0][TRACES-1:0][3:0] next,
    // a MAC serves the trace
    output logic [ROWS-1:0][TRACES-1:0]      run,

    // ---- sums that leave, as in `processing_element`

    // a trace begins no job in the next cycle
    input  logic [ROWS-1:0][TRACES-1:0]      hold,
    // a set of its sums is free from the next cycle but one on
    input  logic [ROWS-1:0][TRACES-1:0]      set_freed,
    // all sums with the address below are cleared, under reset only
    input  logic                             clear_all,
    // which
    input  logic [SUM_BITS-1:0]              clear_all_address,

    // ---- ways out, as in `drain_lane`

    // levels of adders in a team; under reset only
    input  logic [2:0]                       levels,
    // level of this column's adders; under reset only
    input  logic [2:0]                       level,
    // this column is the last one of its team; under reset only
    input  logic                             is_last,
    // a trace's sums of a k are read, from the next cycle on
    input  logic [LANES-1:0]                 drain_start,
    // its PE
    input  logic [LANES-1:0][PE_BITS-1:0]    drain_pe,
    // its number there
    input  logic [LANES-1:0][TRACE_BITS-1:0] drain_trace,
    // the k's set of sums
    input  logic [LANES-1:0][2:0]            drain_set,
    // wanted sums
    input  logic [LANES-1:0][17:0]           drain_mask,
    // they are added to those in the way's buffer
    input  logic [LANES-1:0]                 drain_adds,
    // the buffer is sent
    input  logic [LANES-1:0]                 drain_send,
    // couples, for the team
    output logic [LANES-1:0][63:0]           own_sums,
    // what the adders made, for the team
    output logic [LANES-1:0][63:0]           team_sums,
    // what columns to the left have
    input  logic [LANES-1:0][63:0]           left_sums,
    // what columns to the right have
    input  logic [LANES-1:0][63:0]           right_sums,
    // gradients that leave
    output logic [LANES-1:0][1:0]            gradient_valid,
    // bf16
    output logic [LANES-1:0][1:0][15:0]      gradients
);
  // ---- lists

  logic [TRACES-1:0] turn;
  logic [3:0]        lists_in;
  logic [7:0][1:0]   list_episode;
  logic [7:0][4:0]   list_length;
  logic [7:0]        list_first;
  logic [7:0][2:0]   list_set;
  always_ff @(posedge clock) begin
    turn <= reset ? TRACES'(1) : TRACES'({turn, turn} >> (TRACES - 1));
    if (list_comes || reset) lists_in <= reset ? '0 : lists_in + 4'd1;
    if (list_comes) begin
      list_episode[lists_in[2:0]] <= comes_episode;
      list_length[lists_in[2:0]] <= comes_length;
      list_first[lists_in[2:0]] <= comes_first;
      list_set[lists_in[2:0]] <= comes_set;
    end
  end

  // ---- ways out: from PE to PE, then to their ends

  logic [LANES-1:0]                 lane_read;
  logic [LANES-1:0][PE_BITS-1:0]    lane_pe;
  logic [LANES-1:0][TRACE_BITS-1:0] lane_trace;
  logic [LANES-1:0][SUM_BITS-1:0]   lane_address;
  logic [ROWS:0][LANES-1:0][63:0]   words;
  assign words[0] = '0;
  for (genvar l = 0; l < LANES; l++) begin : g_lane
    drain_lane #(
        .PE_BITS(PE_BITS),
        .TRACES(TRACES),
        .SUM_WORDS(SUM_WORDS)
    ) lane (
        .clock,
        .reset,
        .levels,
        .level,
        .is_last,
        .start(drain_start[l]),
        .start_pe(drain_pe[l]),
        .start_trace(drain_trace[l]),
        .start_set(drain_set[l]),
        .start_mask(drain_mask[l]),
        .start_adds(drain_adds[l]),
        .read(lane_read[l]),
        .read_pe(lane_pe[l]),
        .read_trace(lane_trace[l]),
        .read_address(lane_address[l]),
        .word(words[ROWS][l]),
        .own_sums(own_sums[l]),
        .team_sums(team_sums[l]),
        .left_sums(left_sums[l]),
        .right_sums(right_sums[l]),
        .send(drain_send[l]),
        .out_valid(gradient_valid[l]),
        .out_values(gradients[l])
    );
  end

  // ---- the ring: PE r is left of PE r + 1

  logic [ROWS-1:0][4:0]           offer;
  logic [ROWS-1:0]                ask_left;
  logic [ROWS-1:0]                ask_right;
  logic [ROWS-1:0]                refuse_right;
  logic [ROWS-1:0]                ends_left;
  logic [ROWS-1:0]                ends_right;
  logic [ROWS-1:0]                keep_left;
  logic [ROWS-1:0]                keep_right;
  logic [ROWS-1:0][PAIR_BITS-1:0] pair_left;
  logic [ROWS-1:0][PAIR_BITS-1:0] pair_right;
  logic [ROWS-1:0]                sum_ask_left;
  logic [ROWS-1:0]                sum_ask_right;
  logic [ROWS-1:0][31:0]          sum_left;
  logic [ROWS-1:0][31:0]          sum_right;
  for (genvar r = 0; r < ROWS; r++) begin : g_pe
    localparam int L = (r + ROWS - 1) % ROWS;
    localparam int R = (r + 1) % ROWS;
    localparam int PORT = r / ((ROWS + LIST_PORTS - 1) / LIST_PORTS);
    processing_element #(
        .VALUE_BITS(VALUE_BITS),
        .LANES(LANES),
        .PE_BITS(PE_BITS),
        .TRACES(TRACES),
        .LIST_WORDS(LIST_WORDS),
        .CHUNKS(CHUNKS),
        .CHUNK_WORDS(CHUNK_WORDS),
        .SUM_WORDS(SUM_WORDS)
    ) pe (
        .clock,
        .reset,
        .help(help && ROWS > 1),
        .headers,
        .shares_log,
        .share(share[r]),
        .sets,
        .group_log,
        .column_step,
        .pass_lanes,
        .lane_bits,
        .chunk_valid(chunk_valid[r]),
        .chunk_first(chunk_first[r]),
        .chunk_trace(chunk_trace[r]),
        .chunk_word(chunk_word[r]),
        .chunk_comes(chunk_comes[r]),
        .comes_layout(comes_layout[r]),
        .turn,
        .list_valid(list_valid[r]),
        .list_share(list_share[r]),
        .list_word(list_word[PORT]),
        .lists_in,
        .list_episode,
        .list_length,
        .list_first,
        .list_set,
        .next(next[r]),
        .run(run[r]),
        .hold(hold[r]),
        .set_freed(set_freed[r]),
        .clear_all,
        .clear_all_address,
        .number(PE_BITS'(r)),
        .lane_read,
        .lane_pe,
        .lane_trace,
        .lane_address,
        .in_words(words[r]),
        .out_words(words[r+1]),
        .offer(offer[r]),
        .left_offer(offer[L]),
        .right_offer(offer[R]),
        .ask_left(ask_left[r]),
        .ask_right(ask_right[r]),
        .left_asks(ask_right[L]),
        .right_asks(ask_left[R]),
        .refuse_right(refuse_right[r]),
        .left_refuses(refuse_right[L]),
        .ends_left(ends_left[r]),
        .ends_right(ends_right[r]),
        .left_ends(ends_right[L]),
        .right_ends(ends_left[R]),
        .keep_left(keep_left[r]),
        .keep_right(keep_right[r]),
        .pair_left(pair_left[r]),
        .pair_right(pair_right[r]),
        .left_keep(keep_right[L]),
        .right_keep(keep_left[R]),
        .left_pair(pair_right[L]),
        .right_pair(pair_left[R]),
        .sum_ask_left(sum_ask_left[r]),
        .sum_ask_right(sum_ask_right[r]),
        .left_sum_asks(sum_ask_right[L]),
        .right_sum_asks(sum_ask_left[R]),
        .sum_left(sum_left[r]),
        .sum_right(sum_right[r]),
        .left_sum(sum_right[L]),
        .right_sum(sum_left[R])
    );
  end

`ifdef ASSERTIONS
  // [row][trace] eight lists or more are there of which it has not begun one
  logic [ROWS-1:0][TRACES-1:0] far;
  for (genvar r = 0; r < ROWS; r++) begin : g_far
    for (genvar t = 0; t < TRACES; t++) assign far[r][t] = 4'(lists_in - next[r][t]) >= 4'd8;
  end
  always @(posedge clock)
    if (!reset && list_comes) begin
      assert ({1'b0, comes_set} < sets) else $fatal(1, "column: no such set of sums");
      assert (far == '0) else $fatal(1, "column: more than eight lists ahead of a trace");
    end
`endif
endmodule
