// A PE: traces, each with fmap chunks and sums of its own, a list memory that they share, two MACs,
// and the choice which MAC serves which trace. It stands in a ring of PEs: a MAC may serve a
// trace of the PE beside its own. `left` is the PE whose traces MAC 0 may serve.
//
// Lists come as `list_reader` reads them, chunks as `chunk_writer` writes them. A header is {words
// of the list behind it, masks of the traces, the first one lowest}.
//
// Rules, beside those of its blocks:
// - what changes under reset only does not change else;
// - a list is of a sequence that there is, and comes when the list memory, which is a ring, has
//   room for it: nothing here holds it back;
// - the drain reads sums of a trace that no MAC has served for two cycles, and does not now.
module processing_element #(
    parameter int VALUE_BITS = 16,
    parameter int LANES = 4,
    parameter int PE_BITS = 3,
    // traces, three at most, as their masks must fit a header
    parameter int TRACES = 3,
    // words of the list memory, a power of two
    parameter int LIST_WORDS = 64,
    // chunks in a trace's fmap memory, four at most, and words of each, 8 to 64
    parameter int CHUNKS = 3,
    parameter int CHUNK_WORDS = 32,
    // words of a trace's sum memory: 16, 32 or 64
    parameter int SUM_WORDS = 64,
    localparam int TRACE_BITS = TRACES > 1 ? $clog2(TRACES) : 1,
    localparam int SUM_BITS = $clog2(SUM_WORDS),
    // bf16 where values have 16 bits, else whole numbers
    localparam int FORMAT = VALUE_BITS == 16 ? 2 : 0,
    localparam int WORD = VALUE_BITS == 32 ? 128 : 64,
    localparam int PLACE_BITS = $clog2(64 / VALUE_BITS),
    localparam int PAIR_BITS = 35 + 2 * VALUE_BITS
) (
    input  logic                             clock,
    input  logic                             reset,

    // ---- change under reset only

    // MACs serve neighbours, too
    input  logic                             help,
    // lists have headers
    input  logic                             headers,
    // the list memory is shared by 1, 2 or 4 sequences of lists, as a power of two
    input  logic [1:0]                       shares_log,
    // number of each trace's
    input  logic [TRACES-1:0][1:0]           share,
    // sets of sums in a trace
    input  logic [3:0]                       sets,

    // ---- up to four layouts of chunks

    // columns of a group, as a power of two
    input  logic [3:0][1:0]                  group_log,
    // bits from a column of a group to the next
    input  logic [3:0][2:0]                  column_step,
    // lanes of the pass
    input  logic [3:0][1:0]                  pass_lanes,
    // bits of a lane
    input  logic [3:0][2:0]                  lane_bits,

    // ---- fmap chunks

    // a word of a chunk comes
    input  logic                             chunk_valid,
    // it is the chunk's first
    input  logic                             chunk_first,
    // the trace that it is for
    input  logic [TRACE_BITS-1:0]            chunk_trace,
    // the word
    input  logic [63:0]                      chunk_word,
    // all words of an episode's chunks have come, the last of them in this cycle
    input  logic                             chunk_comes,
    // number of their layout
    input  logic [1:0]                       comes_layout,

    // ---- lists

    // the trace to which the list memory gives a word, one-hot
    input  logic [TRACES-1:0]                turn,
    // a word of a list comes
    input  logic                             list_valid,
    // number of its sequence
    input  logic [1:0]                       list_share,
    // the word
    input  logic [WORD-1:0]                  list_word,
    // number of the list behind the last one that is in the memory, modulo 16
    input  logic [3:0]                       lists_in,
    // of the lists with these numbers modulo 8: episode, modulo 4
    input  logic [7:0][1:0]                  list_episode,
    // words, where lists have no header
    input  logic [7:0][4:0]                  list_length,
    // sums begin with it
    input  logic [7:0]                       list_first,
    // set of its sums
    input  logic [7:0][2:0]                  list_set,
    // number of each trace's next list, modulo 16
    output logic [TRACES-1:0][3:0]           next,
    // a MAC serves the trace
    output logic [TRACES-1:0]                run,

    // ---- sums that leave

    // a trace begins no job in the next cycle
    input  logic [TRACES-1:0]                hold,
    // a set of its sums is free from the next cycle but one on
    input  logic [TRACES-1:0]                set_freed,
    // all sums with the address below are cleared, under reset only; all must be before a layer, as
    // jobs add to what is there
    input  logic                             clear_all,
    // which
    input  logic [SUM_BITS-1:0]              clear_all_address,

    // ---- ways out of the column, as in `drain_tap`; only traces at rest for two cycles are read

    // number of this PE in its column
    input  logic [PE_BITS-1:0]               number,
    // a way asks for a couple of sums
    input  logic [LANES-1:0]                 lane_read,
    // of this PE
    input  logic [LANES-1:0][PE_BITS-1:0]    lane_pe,
    // of this trace
    input  logic [LANES-1:0][TRACE_BITS-1:0] lane_trace,
    // with this address
    input  logic [LANES-1:0][SUM_BITS-1:0]   lane_address,
    // what comes from the PE before, of each way
    input  logic [LANES-1:0][63:0]           in_words,
    // what goes on to the PE behind
    output logic [LANES-1:0][63:0]           out_words,

    // ---- the ring: choices, as in `job_choice`

    // what this PE offers: {there is one, number of its job}
    output logic [4:0]                       offer,
    // what the left neighbour offers
    input  logic [4:0]                       left_offer,
    // what the right one offers
    input  logic [4:0]                       right_offer,
    // this PE asks for what the left neighbour offers
    output logic                             ask_left,
    // it asks for what the right one offers
    output logic                             ask_right,
    // the left neighbour asks for what this PE offers
    input  logic                             left_asks,
    // the right one asks for it
    input  logic                             right_asks,
    // the right neighbour does not get what it asks for
    output logic                             refuse_right,
    // the left neighbour says so to this PE
    input  logic                             left_refuses,
    // the job of the own trace that the left neighbour serves ends with this cycle
    output logic                             ends_left,
    // that of the trace that the right one serves does
    output logic                             ends_right,
    // the job of the left neighbour's trace that is served here ends with this cycle
    input  logic                             left_ends,
    // that of the right neighbour's does
    input  logic                             right_ends,

    // ---- the ring: pairs and sums, as in `pe_switch`

    // the left neighbour's MAC is to keep the result of this cycle
    output logic                             keep_left,
    // the right one's is
    output logic                             keep_right,
    // a pair for the left neighbour
    output logic [PAIR_BITS-1:0]             pair_left,
    // a pair for the right one
    output logic [PAIR_BITS-1:0]             pair_right,
    // MAC 0 is to keep the result of this cycle
    input  logic                             left_keep,
    // MAC 1 is
    input  logic                             right_keep,
    // a pair from the left neighbour
    input  logic [PAIR_BITS-1:0]             left_pair,
    // a pair from the right one
    input  logic [PAIR_BITS-1:0]             right_pair,
    // this PE asks the left neighbour for the new sum of its MAC
    output logic                             sum_ask_left,
    // it asks the right one
    output logic                             sum_ask_right,
    // the left neighbour asks for the new sum of MAC 0
    input  logic                             left_sum_asks,
    // the right one asks for that of MAC 1
    input  logic                             right_sum_asks,
    // new sum for the left neighbour; zeros unless it asks
    output logic [31:0]                      sum_left,
    // new sum for the right one; zeros unless it asks
    output logic [31:0]                      sum_right,
    // new sum from the left neighbour
    input  logic [31:0]                      left_sum,
    // new sum from the right one
    input  logic [31:0]                      right_sum
);
  // ---- list memory

  localparam int LIST_BITS = $clog2(LIST_WORDS);
  logic [TRACES-1:0]                list_request;
  logic [TRACES-1:0]                list_read;
  logic [TRACES-1:0]                list_comes;
  logic [TRACES-1:0][LIST_BITS-1:0] list_address;
  logic [LIST_BITS-1:0]             list_read_address;
  logic [LIST_BITS-1:0]             list_write_address;
  // there are no more sequences than traces
  logic [TRACES-1:0][LIST_BITS-1:0] written;
  logic [LIST_BITS-1:0]             written_of;
  logic [WORD-1:0]                  list_read_word;
  assign list_read = list_request & turn;
  always_comb begin
    list_read_address = '0;
    written_of = '0;
    for (int t = 0; t < TRACES; t++) begin
      list_read_address |= list_address[t] & {LIST_BITS{turn[t]}};
      if (list_share == 2'(t)) written_of = written[t];
    end
  end
  assign list_write_address = shares_log[1] ? {list_share, written_of[LIST_BITS-3:0]}
      : shares_log[0] ? {list_share[0], written_of[LIST_BITS-2:0]} : written_of;
  always_ff @(posedge clock) begin
    list_comes <= list_read & {TRACES{!reset}};
    for (int t = 0; t < TRACES; t++)
      if ((list_valid && list_share == 2'(t)) || reset)
        written[t] <= reset ? '0 : written_of + LIST_BITS'(1);
  end
  memory_1r1w #(.WIDTH(WORD), .DEPTH(LIST_WORDS)) lists (
      .clock,
      .read(|list_read),
      .read_address(list_read_address),
      .read_word(list_read_word),
      .write(list_valid),
      .write_address(list_write_address),
      .write_word(list_word)
  );

  // ---- chunks

  localparam int FMAP_WORDS = CHUNKS * CHUNK_WORDS;
  localparam int FMAP_BITS = $clog2(FMAP_WORDS);
  localparam int CHUNK_BITS = CHUNKS > 1 ? $clog2(CHUNKS) : 1;
  localparam int WORD_BITS = $clog2(CHUNK_WORDS);
  // as in `trace`
  localparam int RANK_BITS = WORD_BITS + (VALUE_BITS == 8 ? 3 : 2);
  localparam int EPISODE_BITS = CHUNKS > 3 ? 3 : 2;
  logic [EPISODE_BITS-1:0]           chunks_there;
  logic [TRACES-1:0]                 chunk_write;
  logic [FMAP_BITS-1:0]              chunk_address;
  logic [TRACES-1:0]                 chunk_full;
  logic [TRACES-1:0]                 activate;
  logic [TRACES-1:0][CHUNK_BITS-1:0] place;
  logic [TRACES-1:0][1:0]            layout;
  logic [TRACES-1:0]                 row_read;
  logic [TRACES-1:0][2:0]            row_couple;
  logic [TRACES-1:0]                 row_last;
  logic [TRACES-1:0][5:0]            row_write;
  logic [TRACES-1:0]                 activated;
  logic [TRACES-1:0][63:0]           value_word;
  chunk_writer #(
      .TRACES(TRACES),
      .CHUNKS(CHUNKS),
      .CHUNK_WORDS(CHUNK_WORDS)
  ) chunks (
      .clock,
      .reset,
      .word_valid(chunk_valid),
      .word_first(chunk_first),
      .word_trace(chunk_trace),
      .chunk_comes,
      .comes_layout,
      .chunks_there,
      .write(chunk_write),
      .write_address(chunk_address),
      .chunk_full,
      .activate,
      .place,
      .layout,
      .read(row_read),
      .read_couple(row_couple),
      .is_last(row_last),
      .row_write,
      .activated
  );

  // ---- traces, each with its memories

  logic [TRACES-1:0]                 ready;
  logic [TRACES-1:0]                 next_ready;
  logic [TRACES-1:0]                 ends;
  logic [TRACES-1:0]                 pair_read;
  logic [TRACES-1:0]                 sum_read;
  logic [TRACES-1:0][SUM_BITS:0]     sum_address;
  logic [TRACES-1:0]                 pair_keep;
  logic [TRACES-1:0][PLACE_BITS-1:0] pair_place;
  logic [TRACES-1:0]                 pair_half;
  logic [TRACES-1:0][VALUE_BITS-1:0] pair_emap;
  logic [TRACES-1:0]                 pair_valid;
  logic [TRACES-1:0]                 pair_same;
  logic [TRACES-1:0]                 pair_kept;
  logic [TRACES-1:0][1:0]            back_write;
  logic [TRACES-1:0][SUM_BITS-1:0]   back_address;
  logic [TRACES-1:0][SUM_BITS-1:0]   pair_sum;
  logic [TRACES-1:0]                 drain_read;
  logic [TRACES-1:0][SUM_BITS-1:0]   drain_address;
  logic [TRACES-1:0]                 drain_clear;
  logic [TRACES-1:0][SUM_BITS-1:0]   clear_address;
  logic [TRACES-1:0][63:0]           sum_word;
  logic [TRACES-1:0][SUM_BITS-1:0]   sum_read_address;
  logic [TRACES-1:0][1:0]            sum_write;
  logic [TRACES-1:0][SUM_BITS-1:0]   sum_write_address;
  logic [TRACES-1:0][31:0]           sum_write_data;
  for (genvar t = 0; t < TRACES; t++) begin : g_trace
    logic [3:0]                      read_index;
    logic [3:0]                      work_index;
    logic [RANK_BITS-PLACE_BITS-1:0] value_address;
    logic [WORD_BITS-1:0]            word_address;
    logic [FMAP_BITS-1:0]            place_address;
    trace #(
        .VALUE_BITS(VALUE_BITS),
        .TRACES(TRACES),
        .LIST_WORDS(LIST_WORDS),
        .CHUNKS(CHUNKS),
        .CHUNK_WORDS(CHUNK_WORDS),
        .SUM_WORDS(SUM_WORDS)
    ) trace (
        .clock,
        .reset,
        .headers,
        .shares_log,
        .share(share[t]),
        .sets,
        .group_log(group_log[layout[t]]),
        .column_step(column_step[layout[t]]),
        .pass_lanes(pass_lanes[layout[t]]),
        .lane_bits(lane_bits[layout[t]]),
        .lists_in,
        .read_index,
        .read_episode(list_episode[read_index[2:0]]),
        .read_length(list_length[read_index[2:0]]),
        .next(next[t]),
        .next_episode(list_episode[next[t][2:0]]),
        .next_first(list_first[next[t][2:0]]),
        .work_index,
        .work_set(list_set[work_index[2:0]]),
        .chunks_there,
        .chunk_full(chunk_full[t]),
        .activate(activate[t]),
        .activated(activated[t]),
        .row_write(row_write[t]),
        .row_bits({value_word[t][20+RANK_BITS+:20], value_word[t][19:0]}),
        .row_base({value_word[t][40+RANK_BITS+:RANK_BITS], value_word[t][20+:RANK_BITS]}),
        .row_groups(value_word[t][2*(20+RANK_BITS)+:7]),
        .list_request(list_request[t]),
        .list_address(list_address[t]),
        .list_valid(list_comes[t]),
        .list_word(list_read_word),
        .list_mask(list_read_word[18*t+:18]),
        .list_length(list_read_word[18*TRACES+:5]),
        .hold(hold[t]),
        .set_freed(set_freed[t]),
        .run(run[t]),
        .ready(ready[t]),
        .next_ready(next_ready[t]),
        .ends(ends[t]),
        .pair_read(pair_read[t]),
        .value_address,
        .sum_read(sum_read[t]),
        .sum_address(sum_address[t]),
        .pair_keep(pair_keep[t]),
        .pair_place(pair_place[t]),
        .pair_half(pair_half[t]),
        .pair_emap(pair_emap[t]),
        .pair_valid(pair_valid[t]),
        .pair_same(pair_same[t]),
        .pair_kept(pair_kept[t]),
        .sum_write(back_write[t]),
        .sum_write_address(back_address[t])
    );
    assign row_last[t] = value_word[t][63];
    assign pair_sum[t] = sum_address[t][SUM_BITS:1];
    assign place_address = FMAP_BITS'(32'(place[t]) * CHUNK_WORDS);
    assign word_address = row_read[t] ? WORD_BITS'(row_couple[t]) : WORD_BITS'(value_address);
    memory_1r1w #(.WIDTH(64), .DEPTH(FMAP_WORDS)) fmap (
        .clock,
        .read(pair_read[t] || row_read[t]),
        .read_address(place_address + FMAP_BITS'(word_address)),
        .read_word(value_word[t]),
        .write(chunk_write[t]),
        .write_address(chunk_address),
        .write_word(chunk_word)
    );
    memory_1r1w #(.WIDTH(64), .DEPTH(SUM_WORDS), .PARTS(2)) sums (
        .clock,
        .read(sum_read[t] || drain_read[t]),
        .read_address(sum_read_address[t]),
        .read_word(sum_word[t]),
        .write(sum_write[t]),
        .write_address(sum_write_address[t]),
        .write_word({2{sum_write_data[t]}})
    );

`ifdef ASSERTIONS
    // words of its sequence that the trace has not read, nor gone past
    logic [LIST_BITS:0]   unread;
    logic [LIST_BITS-1:0] oldest;
    logic [LIST_BITS-1:0] oldest_before;
    logic [LIST_BITS-1:0] passed;
    assign oldest = trace.reader.active ? trace.reader.value_before + LIST_BITS'(1)
        : trace.reader.head;
    assign passed = oldest - oldest_before;
    always @(posedge clock) begin
      oldest_before <= oldest & {LIST_BITS{!reset}};
      unread <= reset ? '0 : unread + (LIST_BITS + 1)'(list_valid && list_share == share[t])
          - {1'b0, passed};
      if (!reset)
        assert (unread <= (LIST_BITS + 1)'(LIST_WORDS) >> shares_log)
        else $fatal(1, "processing_element: a list comes for which its memory has no room");
    end
`endif
  end

  drain_tap #(
      .LANES(LANES),
      .PE_BITS(PE_BITS),
      .TRACES(TRACES),
      .SUM_WORDS(SUM_WORDS)
  ) tap (
      .clock,
      .reset,
      .pe(number),
      .clear_all,
      .clear_all_address,
      .read(lane_read),
      .read_pe(lane_pe),
      .read_trace(lane_trace),
      .read_address(lane_address),
      .sum_read(drain_read),
      .sum_address(drain_address),
      .sum_word,
      .clear(drain_clear),
      .clear_address,
      .in_words,
      .out_words
  );

  // ---- MACs

  logic [1:0][TRACES:0]      take;
  logic [TRACES-1:0]         to_left;
  logic [TRACES-1:0]         to_right;
  logic [1:0]                mac_keep;
  logic [1:0][PAIR_BITS-1:0] mac_pair;
  logic [1:0][31:0]          mac_sum;
  job_choice #(.TRACES(TRACES)) choice (
      .clock,
      .reset,
      .help,
      .ready,
      .next_ready,
      .next,
      .ends,
      .run,
      .offer,
      .left_offer,
      .right_offer,
      .ask_left,
      .ask_right,
      .left_asks,
      .right_asks,
      .refuse_right,
      .left_refuses,
      .ends_left,
      .ends_right,
      .left_ends,
      .right_ends,
      .take,
      .to_left,
      .to_right
  );
  pe_switch #(
      .VALUE_BITS(VALUE_BITS),
      .TRACES(TRACES),
      .SUM_WORDS(SUM_WORDS)
  ) between (
      .clock,
      .reset,
      .take,
      .to_left,
      .to_right,
      .pair_keep,
      .pair_valid,
      .pair_same,
      .pair_kept,
      .emap(pair_emap),
      .value_word,
      .value_place(pair_place),
      .sum_word,
      .sum_half(pair_half),
      .left_keep,
      .left_pair,
      .right_keep,
      .right_pair,
      .keep_left,
      .pair_left,
      .keep_right,
      .pair_right,
      .mac_keep,
      .mac_pair,
      .mac_sum,
      .ask_left(sum_ask_left),
      .ask_right(sum_ask_right),
      .left_sum,
      .right_sum,
      .left_asks(left_sum_asks),
      .right_asks(right_sum_asks),
      .sum_left,
      .sum_right,
      .pair_sum,
      .back_write,
      .back_address,
      .drain_read,
      .drain_address,
      .drain_clear,
      .clear_address,
      .sum_read_address,
      .sum_write,
      .sum_write_address,
      .sum_write_data
  );
  for (genvar m = 0; m < 2; m++) begin : g_mac
    mac #(.VALUE_BITS(VALUE_BITS), .FORMAT(FORMAT)) mac (
        .clock,
        .in_valid(mac_pair[m][PAIR_BITS-1]),
        .in_same(mac_pair[m][PAIR_BITS-2]),
        .in_kept(mac_pair[m][PAIR_BITS-3]),
        .in_sum(mac_pair[m][2*VALUE_BITS+:32]),
        .in_emap(mac_pair[m][VALUE_BITS+:VALUE_BITS]),
        .in_fmap(mac_pair[m][VALUE_BITS-1:0]),
        .keep(mac_keep[m]),
        .out_sum(mac_sum[m])
    );
  end

`ifdef ASSERTIONS
  localparam int CONSTANT_BITS = 1 + 1 + 2 + 2 * TRACES + 4;
  logic [CONSTANT_BITS-1:0] constants;
  logic [TRACES-1:0]        ran;
  logic [TRACES-1:0]        ran_before;
  always @(posedge clock) begin
    constants <= {help, headers, shares_log, share, sets};
    ran <= run;
    ran_before <= ran;
  end
  always @(posedge clock)
    if (!reset) begin
      assert (TRACES <= 3 && CHUNKS <= 4 && CHUNK_WORDS >= 8 && CHUNK_WORDS <= 64
          && LIST_WORDS >= 16 && (LIST_WORDS & (LIST_WORDS - 1)) == 0
          && (SUM_WORDS == 16 || SUM_WORDS == 32 || SUM_WORDS == 64))
      else $fatal(1, "processing_element: no such sizes");
      assert (constants == {help, headers, shares_log, share, sets})
      else $fatal(1, "processing_element: changes not under reset");
      assert ((drain_read & (run | ran | ran_before)) == '0)
      else $fatal(1, "processing_element: sums are read of a trace that is not at rest");
      assert (!(list_valid && (32'(list_share) >= TRACES || (list_share >> shares_log) != '0)))
      else $fatal(1, "processing_element: no such sequence of lists");
    end
`endif
endmodule
