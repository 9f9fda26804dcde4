// An array of columns, and the links between those of a team.
//
// Teams are 2^levels columns that follow each other. What the columns of a team have of a couple of
// sums is added up two by two, by an adder of a way in each column: column c adds what columns have
// that are 2^(level - 1) to its left and right; level is the number of ones at the end of c. The
// last column of a team has an adder left, which adds to the buffer of its way. So a way of a team
// is one way, and gradients leave from its last column. There it is also said which sums leave:
// what columns have finished, and which traces they serve, is gathered by the same tree, and what
// is said goes back to all of them.
//
// The array asks for chunks and lists: what a column has room for is gathered in it, and goes to
// where these are asked for, which stands beside the global buffer.
//
// `chunk_ask` and `list_ask` hang on `chunk_there`, `list_there` and `there_words` in the same
// cycle; `send_valid` does not hang on `send_ready`, nor `mask_ask` on any input.
//
// Rules, beside those of its blocks:
// - columns are as many as teams of 2^levels can have, 16 in a team at most;
// - masks, sending and gradients are of a team's last column.
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
    // traces of a column
    localparam int ALL = ROWS * TRACES,
    localparam int ALL_BITS = ALL > 1 ? $clog2(ALL) : 1,
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
    // a trace holds a channel slice
    input  logic [ALL-1:0]                            used,
    // channel slices of a column
    input  logic [ALL_BITS:0]                         channel_slices,
    // traces from this number on hold the last position slice
    input  logic [ALL_BITS-1:0]                       last_from,
    // columns that get lists; need not be alike
    input  logic [COLUMNS-1:0]                        has_lists,

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

    // the next chunks of a row of PEs are in the global buffer, in this cycle and until they are
    // asked for
    input  logic [ROWS-1:0]                           chunk_there,
    // they are asked for
    output logic [ROWS-1:0]                           chunk_ask,
    // a word of a chunk comes to the PE; none of episodes behind that of the column's last list
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

    // a column's next list is in the global buffer, in this cycle and until it is asked for
    input  logic [COLUMNS-1:0]                        list_there,
    // words of its longest sequence
    input  logic [COLUMNS-1:0][4:0]                   there_words,
    // it is asked for
    output logic [COLUMNS-1:0]                        list_ask,
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
    // sums end with it
    input  logic [COLUMNS-1:0]                        comes_last,
    // its episode ends with it, for the column
    input  logic [COLUMNS-1:0]                        comes_ends,
    // no list comes to the column behind it
    input  logic [COLUMNS-1:0]                        comes_final,
    // number of each trace's next list, modulo 16
    output logic [COLUMNS-1:0][ROWS-1:0][TRACES-1:0][3:0] next,
    // a MAC serves the trace
    output logic [COLUMNS-1:0][ROWS-1:0][TRACES-1:0]  run,

    // ---- sums that leave

    // all sums with the address below are cleared, under reset only
    input  logic                                      clear_all,
    // which
    input  logic [SUM_BITS-1:0]                       clear_all_address,
    // a way asks for the mask of a slice's next sums
    output logic [COLUMNS-1:0][LANES-1:0]             mask_ask,
    // which slice
    output logic [COLUMNS-1:0][LANES-1:0][ALL_BITS-1:0] mask_slice,
    // the mask that it asked for first comes, a cycle later or more
    input  logic [COLUMNS-1:0][LANES-1:0]             mask_valid,
    // wanted sums
    input  logic [COLUMNS-1:0][LANES-1:0][17:0]       mask,
    // a way has gradients for the write queue
    output logic [COLUMNS-1:0][LANES-1:0]             send_valid,
    // they are sent, from the next cycle on
    input  logic [COLUMNS-1:0][LANES-1:0]             send_ready,
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

  // slices with finished sums
  logic [COLUMNS-1:0][ALL-1:0] finished;
  // what a team's last column says to all of them: {starts, taken, hold, set_freed}
  localparam int LEVELS = $clog2(COLUMNS);
  localparam int START_BITS = 23 + PE_BITS + TRACE_BITS;
  localparam int SAID_BITS = LANES * START_BITS + 3 * ALL;
  logic [COLUMNS-1:0][SAID_BITS-1:0] says;

  // ---- what asks for chunks: the next ones of a row have room in all columns

  logic [COLUMNS-1:0][ROWS-1:0] room;
  for (genvar r = 0; r < ROWS; r++) begin : g_row
    logic [COLUMNS-1:0] room_of_row;
    for (genvar c = 0; c < COLUMNS; c++) begin : g_room
      assign room_of_row[c] = room[c][r];
    end
    chunk_request #(.COLUMNS(COLUMNS)) request (
        .clock,
        .reset,
        .room(room_of_row),
        .there(chunk_there[r]),
        .ask(chunk_ask[r])
    );
  end

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

    // ---- which sums leave: gathered up to the last column of a team, said back to all

    logic [ALL-1:0]         team_finished;
    logic [ALL-1:0]         team_run;
    logic [ALL-1:0]         team_taken;
    logic [ALL-1:0]         team_hold;
    logic [ALL-1:0]         team_freed;
    logic [LANES-1:0]       starts;
    logic [LANES*PE_BITS-1:0] starts_pe;
    logic [LANES*TRACE_BITS-1:0] starts_trace;
    logic [LANES*3-1:0]     starts_set;
    logic [LANES*18-1:0]    starts_mask;
    logic [LANES-1:0]       starts_adds;
    logic [LANES-1:0]       send;
    always_comb begin
      logic [ALL-1:0] all_finished;
      logic [ALL-1:0] any_run;
      all_finished = '1;
      any_run = '0;
      team_finished = '0;
      team_run = '0;
      for (int l = 0; l <= ONES; l++) begin
        for (int k = 2 ** l / 2; k < 2 ** l; k++) begin
          all_finished &= finished[c-k];
          any_run |= run[c-k];
        end
        if (levels == 3'(l)) begin
          team_finished = all_finished;
          team_run = any_run;
        end
      end
    end
    team_drain #(.ROWS(ROWS), .TRACES(TRACES), .LANES(LANES)) drain (
        .clock,
        .reset,
        .used,
        .channel_slices,
        .last_from,
        .sets,
        .finished(team_finished),
        .run(team_run),
        .taken(team_taken),
        .hold(team_hold),
        .set_freed(team_freed),
        .start(starts),
        .start_pe(starts_pe),
        .start_trace(starts_trace),
        .start_set(starts_set),
        .start_mask(starts_mask),
        .start_adds(starts_adds),
        .ask(mask_ask[c]),
        .ask_slice(mask_slice[c]),
        .mask_valid(mask_valid[c]),
        .mask(mask[c]),
        .send_valid(send_valid[c]),
        .send_ready(send_ready[c]),
        .send
    );
    assign says[c] = {starts, starts_pe, starts_trace, starts_set, starts_mask, starts_adds,
                      team_taken, team_hold, team_freed};

    logic [SAID_BITS-1:0]   said;
    logic [ALL-1:0]         taken;
    logic [ALL-1:0]         hold;
    logic [ALL-1:0]         set_freed;
    logic [ALL-1:0]         free;
    logic [LANES-1:0]       drain_start;
    logic [LANES*PE_BITS-1:0] drain_pe;
    logic [LANES*TRACE_BITS-1:0] drain_trace;
    logic [LANES*3-1:0]     drain_set;
    logic [LANES*18-1:0]    drain_mask;
    logic [LANES-1:0]       drain_adds;
    always_comb begin
      said = '0;
      for (int l = 0; l <= LEVELS; l++)
        if ((c | (2 ** l - 1)) < COLUMNS && levels == 3'(l)) said |= says[(c|(2**l-1))%COLUMNS];
    end
    assign {drain_start, drain_pe, drain_trace, drain_set, drain_mask, drain_adds, taken, hold,
            set_freed} = said;

    logic [ALL-1:0]         done;
    logic [ALL*4-1:0]       done_lists;
    finished_sums #(.ROWS(ROWS), .TRACES(TRACES)) sums (
        .clock,
        .reset,
        .used,
        .channel_slices,
        .list_comes(list_comes[c]),
        .comes_last(comes_last[c]),
        .next(next[c]),
        .run(run[c]),
        .done,
        .done_lists,
        .finished(finished[c]),
        .taken,
        .free
    );

    // ---- what it has room for, and what asks for its lists

    logic                   list_done;
    column_room #(.ROWS(ROWS), .TRACES(TRACES), .CHUNKS(CHUNKS)) rooms (
        .clock,
        .reset,
        .has_lists(has_lists[c]),
        .list_comes(list_comes[c]),
        .comes_ends(comes_ends[c]),
        .comes_final(comes_final[c]),
        .done,
        .done_lists,
        .list_done,
        .chunk_ask,
        .room(room[c])
    );
    list_request #(.LIST_WORDS(LIST_WORDS)) request (
        .clock,
        .reset,
        .shares_log,
        .there(list_there[c]),
        .words(there_words[c]),
        .ask(list_ask[c]),
        .list_done
    );

    // ---- the column

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
        .hold,
        .set_freed(set_freed | free),
        .clear_all,
        .clear_all_address,
        .levels,
        .level,
        .is_last,
        .drain_start,
        .drain_pe,
        .drain_trace,
        .drain_set,
        .drain_mask,
        .drain_adds,
        .drain_send(send),
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
        assert (is_last || (mask_valid[c] == '0 && send_ready[c] == '0))
          else $fatal(1, "column_array: masks or sending of a column not its team's last");
`endif
  end

`ifdef ASSERTIONS
  always @(posedge clock)
    if (!reset)
      assert (COLUMNS % (1 << levels) == 0) else $fatal(1, "column_array: no such teams");
`endif
endmodule
