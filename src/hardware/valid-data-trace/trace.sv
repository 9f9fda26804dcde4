// A trace: walks the emap list of a job over the bits of its fmap chunk, and hands out one pair a
// cycle. A tile is the nonzeros of one value word. While a tile is worked on, the windows of the
// next one are looked at, one a cycle. The pairs of a tile leave slot by slot, in a slot in the
// order of nonzeros: those of a slot are a visit of its sum, which is read for the first of them
// and written after the last. A tile takes STEPS cycles at least, the last one of a job one: in two
// turns the list memory gives two words, of which the next tile's values are one.
//
// Cycles of a pair: it is picked, memories read its fmap value and its sum | a MAC has both |
// the new sum is written. A sum that is read while it is not yet written is the MAC's: the two
// pairs before may be of the same.
//
// Rules:
// - a MAC serves the trace only from the cycle after `ready`, or after `ends` and `next_ready`,
//   until `ends`;
// - no slot of the last set is in a ninth couple;
// - the layout of a chunk does not change while its windows are looked at.
module trace #(
    parameter int VALUE_BITS = 16,
    // traces that share the list memory, and its words
    parameter int TRACES = 3,
    parameter int LIST_WORDS = 64,
    // chunks in the fmap memory, words of each, and of the sum memory
    parameter int CHUNKS = 3,
    parameter int CHUNK_WORDS = 32,
    parameter int SUM_WORDS = 64,
    localparam int WORD = VALUE_BITS == 32 ? 128 : 64,
    // nonzeros of a tile
    localparam int TILE = WORD / VALUE_BITS,
    // cycles of a tile at least
    localparam int STEPS = TILE > 2 * TRACES ? TILE : 2 * TRACES,
    // place of a value in a word of 64 bits
    localparam int PLACE_BITS = $clog2(64 / VALUE_BITS),
    // number of a value in its chunk, of two bytes at most
    localparam int RANK_BITS = $clog2(CHUNK_WORDS) + (VALUE_BITS == 8 ? 3 : 2),
    localparam int KEPT = 20 + RANK_BITS,
    localparam int LIST_BITS = $clog2(LIST_WORDS),
    localparam int SUM_BITS = $clog2(SUM_WORDS),
    // chunks are numbered modulo 4, or modulo 8 where four may have come beside the active one
    localparam int EPISODE_BITS = CHUNKS > 3 ? 3 : 2
) (
    input  logic                            clock,
    input  logic                            reset,
    // constant in a layer: lists have headers
    input  logic                            headers,
    // the list memory is shared by 1, 2 or 4 sequences of lists, as a power of two
    input  logic [1:0]                      shares_log,
    // number of the trace's
    input  logic [1:0]                      share,
    // sets of sums
    input  logic [3:0]                      sets,
    // of the active chunk: columns of a group, as a power of two
    input  logic [1:0]                      group_log,
    // bits from a column of a group to the next
    input  logic [2:0]                      column_step,
    // lanes of its pass
    input  logic [1:0]                      pass_lanes,
    // bits of a lane
    input  logic [2:0]                      lane_bits,
    // number of the list behind the last one that is in the memory, modulo 16
    input  logic [3:0]                      lists_in,
    // number of the list that is read, modulo 16
    output logic [3:0]                      read_index,
    // its episode, modulo 4
    input  logic [1:0]                      read_episode,
    // its words, where lists have no header
    input  logic [4:0]                      read_length,
    // number of the next list to work on, modulo 16
    output logic [3:0]                      next,
    // its episode, modulo 4
    input  logic [1:0]                      next_episode,
    // its sums begin with it
    input  logic                            next_first,
    // number of the list at work, modulo 16
    output logic [3:0]                      work_index,
    // the set of its sums
    input  logic [2:0]                      work_set,
    // episode of the last chunk that has come, modulo 2^EPISODE_BITS
    input  logic [EPISODE_BITS-1:0]         chunks_there,
    // the next chunk has row words
    input  logic                            chunk_full,
    // the row words of the next chunk are asked for from this cycle on
    output logic                            activate,
    // the last couple of them comes
    input  logic                            activated,
    // a couple of row words is written, one-hot
    input  logic [5:0]                      row_write,
    // bits of its words 2n and 2n + 1
    input  logic [1:0][19:0]                row_bits,
    // values of the chunk's memory before each of them
    input  logic [1:0][RANK_BITS-1:0]       row_base,
    // row words of groups 2n and 2n + 1, as `window_look` has them; of the first four couples
    input  logic [6:0]                      row_groups,
    // a word of the list memory is asked for
    output logic                            list_request,
    // which
    output logic [LIST_BITS-1:0]            list_address,
    // the word that was asked for in the cycle before is there
    input  logic                            list_valid,
    // the word
    input  logic [WORD-1:0]                 list_word,
    // where it is a header: this trace's mask; without a one there is no job
    input  logic [17:0]                     list_mask,
    // words of the list behind the header; without one there is no job
    input  logic [4:0]                      list_length,
    // begins no job in the next cycle
    input  logic                            hold,
    // a set of sums is free from the next cycle but one on
    input  logic                            set_freed,
    // a MAC serves the trace
    input  logic                            run,
    // a job can begin in the next cycle
    output logic                            ready,
    // one can if the job ends with this cycle
    output logic                            next_ready,
    // the job ends with this cycle
    output logic                            ends,
    // there is a pair: the value memory is to read its value
    output logic                            pair_read,
    // a word of the value memory
    output logic [RANK_BITS-PLACE_BITS-1:0] value_address,
    // it is its visit's first: the sum memory is to read its sum
    output logic                            sum_read,
    // address of the sum, its lowest bit which one of a word
    output logic [SUM_BITS:0]               sum_address,
    // the sum is being added to in this cycle, and is read too early: its MAC is to keep the result
    output logic                            pair_keep,
    // a cycle later: place of the fmap value in its word
    output logic [PLACE_BITS-1:0]           pair_place,
    // which sum of its word
    output logic                            pair_half,
    // its emap value
    output logic [VALUE_BITS-1:0]           pair_emap,
    // it is a pair
    output logic                            pair_valid,
    // its sum is the one that is being added to
    output logic                            pair_same,
    // its sum is the one that the MAC keeps
    output logic                            pair_kept,
    // two cycles later, of a visit's last pair: halves of the sum memory's word that are written
    output logic [1:0]                      sum_write,
    // which word
    output logic [SUM_BITS-1:0]             sum_write_address
);
  // ---- row words: word w is in bank w mod 3, there number w / 3. None is read in the cycle in
  // which it is written, so latches do, which are open in that cycle's second half.

  (* latch *) logic [3*4*KEPT-1:0] words;
  logic [2:0][3:0][19:0] word_bits;
  for (genvar w = 0; w < 12; w++) begin : g_word
    localparam int AT = ((w % 3) * 4 + w / 3) * KEPT;
    always_ff @(posedge clock)
      if (row_write[w/2]) words[AT+:KEPT] <= {row_base[w%2], row_bits[w%2]};
    assign word_bits[w%3][w/3] = words[AT+:20];
  end
  (* latch *) logic [3:0][6:0] group_words;
  for (genvar i = 0; i < 4; i++) begin : g_groups
    always_ff @(posedge clock) if (row_write[i]) group_words[i] <= row_groups;
  end

  // ---- tiles: one in work, one ahead. What is ahead is complete after TILE looks, whether they
  // found something or not, with its value word, and all goes to work at once: by the last look. A
  // list's first tile goes on then, others when the one before has had all of its steps.

  logic                    idle;
  logic                    fresh;
  logic                    last_tile;
  logic                    swapped;
  logic [STEPS-1:0]        step;
  logic                    steps;
  logic                    first;
  logic                    looks;
  logic                    tile_ends;
  logic                    complete;
  logic                    swap;
  logic                    job_begins;
  logic                    begins;
  logic                    flip;
  logic                    exhausted;
  logic                    more;
  logic                    active;
  logic                    values_there;
  logic                    chunk_active;
  logic                    active_full;
  logic [3:0]              index;
  logic [1:0]              index_episode;
  logic [EPISODE_BITS-1:0] episode;
  logic [63:0]             bitmap;
  logic [17:0]             mask;
  logic [WORD-1:0]         next_values;
  (* latch *) logic [WORD-1:0] values;

  list_reader #(
      .VALUE_BITS(VALUE_BITS),
      .TRACES(TRACES),
      .LIST_WORDS(LIST_WORDS),
      .EPISODE_BITS(EPISODE_BITS)
  ) reader (
      .clock,
      .reset,
      .headers,
      .shares_log,
      .share,
      .lists_in,
      .read_index,
      .read_episode,
      .read_length,
      .episode,
      .active_full,
      .chunks_there,
      .chunk_full,
      .list_request,
      .list_address,
      .list_valid,
      .list_word,
      .list_mask,
      .list_length,
      .flip,
      .swap,
      .active,
      .index,
      .index_episode,
      .bitmap,
      .mask,
      .values_there,
      .next_values
  );

  trace_pace #(.EPISODE_BITS(EPISODE_BITS)) pace (
      .clock,
      .reset,
      .sets,
      .lists_in,
      .chunks_there,
      .chunk_full,
      .next,
      .next_episode,
      .next_first,
      .hold,
      .set_freed,
      .read_index,
      .active,
      .index,
      .work_fresh(fresh),
      .work_index,
      .enters(idle && complete),
      .can_follow(last_tile && complete),
      .run,
      .ready,
      .next_ready,
      .begins,
      .activate,
      .activated,
      .episode,
      .active_full,
      .chunk_active
  );

  assign tile_ends = run && !more;
  assign ends = tile_ends && last_tile;
  assign complete = active && (first ? step[TILE-1] : step[STEPS-1]) && values_there;
  assign swap = (idle || tile_ends) && complete;
  assign job_begins = swap && (idle || last_tile);
  // all of the job has been looked at: on to the next one
  assign flip = swap && exhausted;
  // as fast as a MAC works, since what is ahead is not to be in time by chance
  assign steps = active && index_episode == episode[1:0] && chunk_active && (idle || run)
      && !step[STEPS-1] && !(first && step[TILE-1]);
  assign looks = steps && |step[TILE-2:0];

  always_ff @(posedge clock) begin
    if (swap || ends || reset) idle <= reset || !swap;
    if (swap) last_tile <= exhausted;
    if (steps || swap || reset)
      step <= swap || reset ? STEPS'(1) : {step[STEPS-2:0], 1'b0};
    if (swap || reset) first <= reset || flip;
    if (job_begins || begins || reset) fresh <= !reset && job_begins;
    if (job_begins) work_index <= index;
    swapped <= swap;
    // a pair that was picked in the cycle before has its value from the tile before
    if (swapped) values <= next_values;
  end

  // ---- the look: the lowest position that was not looked at. Of the bitmap's bytes those from
  // `open` on are left, of the first of them the bits of `above`.

  logic [7:0] open;
  logic [7:0] above;
  logic [7:0] filled;
  logic [7:0] byte_not_below;
  logic [7:0] byte_pick;
  logic [7:0] bits;
  logic [7:0] bit_not_below;
  logic       more_bits;
  logic       found;
  logic [5:0] position;
  // where a vector of ones from some place on begins
  function automatic logic [2:0] place8(input logic [6:0] ones);
    place8 = {
      !ones[3],
      ones[3] ? !ones[1] : !ones[5],
      ones[3] ? (ones[1] ? !ones[0] : !ones[2]) : (ones[5] ? !ones[4] : !ones[6])
    };
  endfunction
  always_comb begin
    for (int i = 0; i < 8; i++) filled[i] = |bitmap[i*8+:8] && open[i];
    for (int i = 0; i < 8; i++) byte_not_below[i] = |(filled & 8'((1 << (i + 1)) - 1));
    byte_pick = byte_not_below & ~{byte_not_below[6:0], 1'b0};
    bits = '0;
    for (int i = 0; i < 8; i++) bits |= bitmap[i*8+:8] & {8{byte_pick[i]}};
    bits &= above;
    for (int i = 0; i < 8; i++) bit_not_below[i] = |(bits & 8'((1 << (i + 1)) - 1));
    more_bits = |(bits & {bit_not_below[6:0], 1'b0});
  end
  assign position = {place8(byte_not_below[6:0]), place8(bit_not_below[6:0])};
  assign found = |filled;
  // after this look, where there is one
  assign exhausted = !more_bits && !(|(filled & {byte_not_below[6:0], 1'b0}));
  always_ff @(posedge clock) begin
    if (looks || swap || reset)
      above <= {8{reset || flip || !more_bits}} | {bit_not_below[6:0], 1'b0};
    // until a byte is done it is the first
    if (((looks || swap) && !more_bits) || reset)
      open <= {8{reset || flip}} | {byte_not_below[6:0], 1'b0};
  end

  // ---- where it looks

  logic [1:0]  row;
  logic [1:0]  turn;
  logic [3:0]  offset;
  logic [17:0] in_words;
  logic [17:0] window;
  window_look where (
      .words(word_bits),
      .group_words,
      .group_log,
      .column_step,
      .position,
      .row,
      .turn,
      .offset,
      .window(in_words)
  );
  logic [17:0] slots;
  for (genvar i = 0; i < 18; i++) begin : g_slot
    assign slots[i] = 2'(i / 6) < pass_lanes && 3'(i % 6) < lane_bits;
  end
  assign window = in_words & mask & slots & {18{found}};

  // of a nonzero: its first row word's row and turn, its offset, its window; the last one of a tile
  // goes to work as it is looked at, and since it is not kept before, that takes whole flip-flops
  (* latch *) logic [(TILE-1)*26-1:0] ahead;
  (* latch *) logic [(TILE-1)*26-1:0] work;
  logic [25:0]                     last_work;
  for (genvar i = 0; i < TILE - 1; i++) begin : g_ahead
    always_ff @(posedge clock) if (looks && step[i]) ahead[i*26+:26] <= {row, turn, offset, window};
  end
  always_ff @(posedge clock)
    if (swap) begin
      work <= ahead;
      last_work <= {row, turn, offset, window};
    end

  // ---- the pick: the lowest slot that is left, of its nonzeros the lowest that is not done. Left
  // are the lanes that are not passed; of the first of them the places of `places`.

  logic [TILE*26-1:0] nonzeros;
  logic [1:0]         passed;
  logic [5:0]         places;
  logic [TILE-1:0]    done;
  logic [17:0]        wanted;
  logic [17:0]        left;
  logic [2:0]         some;
  logic [2:0]         lane;
  logic [5:0]         in_lane;
  logic [5:0]         not_below;
  logic [5:0]         lowest;
  logic [2:0]         place;
  logic [TILE*6-1:0]  lane_of;
  logic [TILE-1:0]    visit;
  logic [TILE-1:0]    visit_not_below;
  logic [TILE-1:0]    nonzero;
  logic               visit_more;
  assign nonzeros = {last_work, work};
  always_comb begin
    wanted = '0;
    for (int i = 0; i < TILE; i++) wanted |= nonzeros[i*26+:18];
    left[5:0] = wanted[5:0] & places & {6{!passed[0]}};
    left[11:6] = wanted[11:6] & (places | {6{!passed[0]}}) & {6{!passed[1]}};
    left[17:12] = wanted[17:12] & (places | {6{!passed[1]}});
    for (int l = 0; l < 3; l++) some[l] = |left[l*6+:6];
    lane = {some[2] && !some[1] && !some[0], some[1] && !some[0], some[0]};
    in_lane = '0;
    for (int l = 0; l < 3; l++) in_lane |= left[l*6+:6] & {6{lane[l]}};
    for (int i = 0; i < 6; i++) not_below[i] = |(in_lane & 6'((1 << (i + 1)) - 1));
    lowest = not_below & ~{not_below[4:0], 1'b0};
    place = {
      lowest[4] | lowest[5], lowest[2] | lowest[3], lowest[1] | lowest[3] | lowest[5]
    };
    for (int i = 0; i < TILE; i++) begin
      lane_of[i*6+:6] = '0;
      for (int l = 0; l < 3; l++) lane_of[i*6+:6] |= nonzeros[i*26+l*6+:6] & {6{lane[l]}};
      visit[i] = |(lane_of[i*6+:6] & lowest);
    end
    visit &= ~done;
    for (int i = 0; i < TILE; i++) visit_not_below[i] = |(visit & TILE'((1 << (i + 1)) - 1));
    nonzero = visit_not_below & ~{visit_not_below[TILE-2:0], 1'b0};
    visit_more = |(visit & {visit_not_below[TILE-2:0], 1'b0});
    more = visit_more || |(in_lane & {not_below[4:0], 1'b0}) || (some[0] && some[1])
        || (some[2] && (some[0] || some[1]));
  end
  assign pair_read = run && |some;

  always_ff @(posedge clock) begin
    // until a visit ends its slot is the lowest
    if ((pair_read && !visit_more) || swap) begin
      passed <= {lane[2], lane[1] || lane[2]} & {2{!swap}};
      places <= {6{swap}} | {not_below[4:0], 1'b0};
    end
  end

  // ---- rank of its value: values before its word, before it in the word

  logic [7:0]           origin;
  logic [1:0]           pair_row;
  logic [1:0]           pair_turn;
  logic [4:0]           pair_at;
  logic [2:0]           bank;
  logic [3:0]           hot_row;
  logic [11:0]          hot_word;
  logic [KEPT-1:0]      word;
  logic [18:0]          below;
  logic [4:0]           in_word;
  logic [RANK_BITS-1:0] value_at;
  always_comb begin
    origin = '0;
    for (int i = 0; i < TILE; i++) origin |= nonzeros[i*26+18+:8] & {8{nonzero[i]}};
    {pair_row, pair_turn} = origin[7:4];
    pair_at = 5'(origin[3:0]) + 5'(place);
    bank = pair_turn[1] ? {lane[0], lane[2:1]} : pair_turn[0] ? {lane[1:0], lane[2]} : lane;
    for (int b = 0; b < 3; b++) begin
      hot_row = 4'd1 << ((2'(b) < pair_turn) ? pair_row + 2'd1 : pair_row);
      hot_word[b*4+:4] = hot_row & {4{bank[b]}};
    end
    word = '0;
    for (int w = 0; w < 12; w++) word |= words[w*KEPT+:KEPT] & {KEPT{hot_word[w]}};
    for (int i = 0; i < 19; i++) below[i] = word[i] && 5'(i) < pair_at;
  end
  function automatic logic [1:0] ones3(input logic [2:0] v);
    ones3 = 2'(v[0]) + 2'(v[1]) + 2'(v[2]);
  endfunction
  function automatic logic [2:0] ones7(input logic [6:0] v);
    ones7 = 3'(ones3(v[2:0])) + 3'(ones3(v[5:3])) + 3'(v[6]);
  endfunction
  assign in_word = 5'(ones7(below[6:0])) + 5'(ones7(below[13:7]))
      + 5'(ones7({2'b0, below[18:14]}));
  assign value_at = word[KEPT-1:20] + RANK_BITS'(in_word);
  assign value_address = value_at[RANK_BITS-1:PLACE_BITS];

  // ---- its sum, at {set, couple}. A ninth couple of set s is where couple s of the last set would
  // be, which is used only where no slot is in a ninth couple

  logic [3:0]        couple;
  logic              is_first;
  logic              is_last;
  logic              added;
  logic              writes;
  logic [SUM_BITS:0] address;
  logic [SUM_BITS:0] written;
  logic [TILE-1:0]   pair_nonzero;
  // three couples a lane
  assign couple = {1'b0, lane[2], lane[2] || lane[1], lane[1]} + {2'b0, place[2:1]};
  assign sum_address = {
    SUM_BITS'(couple[3] ? {3'b111, work_set} : {work_set, couple[2:0]}), place[0]
  };
  assign sum_read = pair_read && done == '0;
  assign pair_keep = sum_read && added && sum_address == written;
  assign sum_write = {written[0], !written[0]} & {2{writes}};
  assign sum_write_address = written[SUM_BITS:1];
  assign pair_half = address[0];
  always_comb begin
    pair_emap = '0;
    for (int i = 0; i < TILE; i++)
      pair_emap |= values[i*VALUE_BITS+:VALUE_BITS] & {VALUE_BITS{pair_nonzero[i]}};
  end
  always_ff @(posedge clock) begin
    pair_valid <= pair_read && !reset;
    added <= pair_valid && !reset;
    writes <= pair_valid && is_last && !reset;
    if (pair_read || reset) begin
      done <= (done | nonzero) & {TILE{visit_more && !reset}};
      is_last <= !visit_more;
      pair_place <= value_at[PLACE_BITS-1:0];
      is_first <= sum_read;
      pair_same <= pair_valid && sum_address == address;
      pair_kept <= pair_keep;
      pair_nonzero <= nonzero;
    end
    if (sum_read) address <= sum_address;
    if (pair_valid && is_first) written <= address;
  end

`ifdef ASSERTIONS
  logic       may_run;
  logic       must_run;
  logic       looked;
  logic [9:0] had_layout;
  always @(posedge clock) begin
    looked <= !reset && looks;
    had_layout <= {group_log, column_step, pass_lanes, lane_bits};
    may_run <= !reset && (ready || (ends && next_ready));
    must_run <= !reset && run && !ends;
  end
  always @(posedge clock)
    if (!reset) begin
      assert (!(run && !must_run && !may_run))
      else $fatal(1, "trace: served though it is not ready");
      assert (!(looked && looks) || had_layout == {group_log, column_step, pass_lanes, lane_bits})
      else $fatal(1, "trace: a layout changes while it is in use");
      assert (!(must_run && !run)) else $fatal(1, "trace: left before its job ends");
      assert (!(pair_read && couple[3] && work_set == 3'(SUM_WORDS / 8 - 1)))
      else $fatal(1, "trace: a ninth couple in the last set");
    end
`endif
endmodule
