// An array of columns, and the links between those of a team.
//
// Teams are 2^levels columns that follow each other. What the columns of a team have of a couple of
// sums is added up two by two, by an adder of a way in each column: column c adds what columns have
// that are 2^(level - 1) to its left and right; level is the number of ones at the end of c. The
// last column of a team has an adder left, which adds to the buffer of its way. So a way of a team
// is one way, and gradients leave from its last column.
//
// Rules: columns of a team get the same commands for their ways in the same cycle. `drain_send`
// goes to the last column of a team only. All else is as in `column`, for each of them.
module column_array #(
    parameter int COLUMNS = 4,
    parameter int ROWS = 8,
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
    localparam int PE_BITS = ROWS > 1 ? $clog2(ROWS) : 1
) (
    input  logic                                      clock,
    input  logic                                      reset,

    // ---- change under reset only, alike in all columns

    // columns of a team, as a power of two
    input  logic [2:0]                                levels,
    // MACs serve the PE beside theirs, too
    input  logic                                      help,
    // lists have headers
    input  logic                                      headers,
    // a list memory is shared by 1, 2 or 4 sequences of lists, as a power of two
    input  logic [1:0]                                shares_log,
    // number of each trace's
    input  logic [ROWS-1:0][TRACES-1:0][1:0]          share,
    // sets of sums in a trace
    input  logic [3:0]                                sets,

    // ---- up to four layouts of chunks, constant in a layer

    // columns of a group, as a power of two
    input  logic [3:0][1:0]                           group_log,
    // bits from a column of a group to the next
    input  logic [3:0][2:0]                           column_step,
    // lanes of the pass
    input  logic [3:0][1:0]                           pass_lanes,
    // bits of a lane
    input  logic [3:0][2:0]                           lane_bits,

    // ---- fmap chunks

    // a word of a chunk comes to the PE
    input  logic [COLUMNS-1:0][ROWS-1:0]              chunk_valid,
    // it is the chunk's first
    input  logic [COLUMNS-1:0][ROWS-1:0]              chunk_first,
    // the trace of the PE that it is for
    input  logic [COLUMNS-1:0][ROWS-1:0][TRACE_BITS-1:0] chunk_trace,
    // the word
    input  logic [COLUMNS-1:0][ROWS-1:0][63:0]        chunk_word,
    // all words of an episode's chunks have come to a row of PEs, the last of them in this cycle
    input  logic [ROWS-1:0]                           chunk_comes,
    // number of their layout
    input  logic [ROWS-1:0][1:0]                      comes_layout,

    // ---- lists

    // a word of a list comes for these PEs
    input  logic [COLUMNS-1:0][ROWS-1:0]              list_valid,
    // number of its sequence there
    input  logic [COLUMNS-1:0][ROWS-1:0][1:0]         list_share,
    // the word of each port
    input  logic [COLUMNS-1:0][LIST_PORTS-1:0][63:0]  list_word,
    // all words of a column's next list have come, the last of them in this cycle
    input  logic [COLUMNS-1:0]                        list_comes,
    // the list's episode, modulo 4
    input  logic [COLUMNS-1:0][1:0]                   comes_episode,
    // its words, where it has no header
    input  logic [COLUMNS-1:0][4:0]                   comes_length,
    // sums begin with it
    input  logic [COLUMNS-1:0]                        comes_first,
    // set of its sums
    input  logic [COLUMNS-1:0][2:0]                   comes_set,
    // number of each trace's next list, modulo 16
    output logic [COLUMNS-1:0][ROWS-1:0][TRACES-1:0][3:0] next,
    // a MAC serves the trace
    output logic [COLUMNS-1:0][ROWS-1:0][TRACES-1:0]  run,

    // ---- sums that leave

    // a trace begins no job in the next cycle
    input  logic [COLUMNS-1:0][ROWS-1:0][TRACES-1:0]  hold,
    // a set of its sums is free from the next cycle but one on
    input  logic [COLUMNS-1:0][ROWS-1:0][TRACES-1:0]  set_freed,
    // all sums with the address below are cleared, under reset only
    input  logic                                      clear_all,
    // which
    input  logic [SUM_BITS-1:0]                       clear_all_address,
    // a trace's sums of a k are read, from the next cycle on
    input  logic [COLUMNS-1:0][LANES-1:0]             drain_start,
    // its PE
    input  logic [COLUMNS-1:0][LANES-1:0][PE_BITS-1:0] drain_pe,
    // its number there
    input  logic [COLUMNS-1:0][LANES-1:0][TRACE_BITS-1:0] drain_trace,
    // the k's set of sums
    input  logic [COLUMNS-1:0][LANES-1:0][2:0]        drain_set,
    // wanted sums
    input  logic [COLUMNS-1:0][LANES-1:0][17:0]       drain_mask,
    // they are added to those in the way's buffer
    input  logic [COLUMNS-1:0][LANES-1:0]             drain_adds,
    // the buffer is sent
    input  logic [COLUMNS-1:0][LANES-1:0]             drain_send,
    // gradients that leave
    output logic [COLUMNS-1:0][LANES-1:0][1:0]        gradient_valid,
    // bf16
    output logic [COLUMNS-1:0][LANES-1:0][1:0][15:0]  gradients
);
  localparam int SUMS_BITS = LANES * 64;

  // zeros stand in for columns beyond the last one
  logic [2*COLUMNS-1:0][SUMS_BITS-1:0] own_sums;
  logic [2*COLUMNS-1:0][SUMS_BITS-1:0] team_sums;
  assign own_sums[2*COLUMNS-1:COLUMNS] = '0;
  assign team_sums[2*COLUMNS-1:COLUMNS] = '0;

  for (genvar c = 0; c < COLUMNS; c++) begin : g_column
    // the number of ones at the end of c
    localparam int ONES = $clog2((c + 1) & ~c);
    logic                 is_last;
    logic [2:0]           level;
    logic [SUMS_BITS-1:0] right_sums;
    logic [(ONES+1)*SUMS_BITS-1:0] lefts;
    logic [SUMS_BITS-1:0] left_sums;
    assign is_last = levels <= 3'(ONES);
    assign level = is_last ? levels : 3'(ONES);
    assign lefts[SUMS_BITS-1:0] = own_sums[c];
    for (genvar l = 1; l <= ONES; l++) begin : g_left
      assign lefts[l*SUMS_BITS+:SUMS_BITS] = team_sums[c-2**(l-1)];
    end
    always_comb begin
      left_sums = '0;
      for (int l = 0; l <= ONES; l++)
        left_sums |= lefts[l*SUMS_BITS+:SUMS_BITS] & {SUMS_BITS{level == 3'(l)}};
    end
    if (ONES == 0) begin : g_even
      assign right_sums = own_sums[c+1];
    end else begin : g_odd
      assign right_sums = team_sums[c+2**(ONES-1)];
    end
    column #(
        .ROWS(ROWS),
        .LIST_PORTS(LIST_PORTS),
        .LANES(LANES),
        .TRACES(TRACES),
        .LIST_WORDS(LIST_WORDS),
        .CHUNKS(CHUNKS),
        .CHUNK_WORDS(CHUNK_WORDS),
        .SUM_WORDS(SUM_WORDS)
    ) one (
        .clock,
        .reset,
        .help,
        .headers,
        .shares_log,
        .share,
        .sets,
        .group_log,
        .column_step,
        .pass_lanes,
        .lane_bits,
        .chunk_valid(chunk_valid[c]),
        .chunk_first(chunk_first[c]),
        .chunk_trace(chunk_trace[c]),
        .chunk_word(chunk_word[c]),
        .chunk_comes,
        .comes_layout,
        .list_valid(list_valid[c]),
        .list_share(list_share[c]),
        .list_word(list_word[c]),
        .list_comes(list_comes[c]),
        .comes_episode(comes_episode[c]),
        .comes_length(comes_length[c]),
        .comes_first(comes_first[c]),
        .comes_set(comes_set[c]),
        .next(next[c]),
        .run(run[c]),
        .hold(hold[c]),
        .set_freed(set_freed[c]),
        .clear_all,
        .clear_all_address,
        .levels,
        .level,
        .is_last,
        .drain_start(drain_start[c]),
        .drain_pe(drain_pe[c]),
        .drain_trace(drain_trace[c]),
        .drain_set(drain_set[c]),
        .drain_mask(drain_mask[c]),
        .drain_adds(drain_adds[c]),
        .drain_send(drain_send[c]),
        .own_sums(own_sums[c]),
        .team_sums(team_sums[c]),
        .left_sums,
        .right_sums,
        .gradient_valid(gradient_valid[c]),
        .gradients(gradients[c])
    );

`ifdef ASSERTIONS
    always @(posedge clock)
      if (!reset)
        assert (is_last || drain_send[c] == '0)
        else $fatal(1, "column_array: sums are sent by a column that is not its team's last");
`endif
  end

`ifdef ASSERTIONS
  always @(posedge clock)
    if (!reset)
      assert (COLUMNS % (1 << levels) == 0) else $fatal(1, "column_array: no such teams");
`endif
endmodule
