// A trace: walks the emap list of a job over the bits of its fmap chunk, and hands out one pair a
// cycle. A window with n pairs takes max(1, n) cycles, and the next window follows at once.
//
// The head is the entry that is worked on. Its words are read straight from the row words in each
// cycle, so nothing of them is kept in registers but how far its window has been looked at. The
// entry after it is decoded meanwhile, and becomes the head in the cycle in which the last pair
// leaves. A window is looked at in the order of banks, not of lanes: each pair of a window has its
// own sum, so their order is free, and only the mask must be rotated.
//
// List word: entries of {value, distance of 5 bits}, the first one lowest; the highest bit says
// that it is the job's last word. A distance of 31 is no nonzero: 31 positions on, and nothing is
// looked at. Trailing ones of a last word are padding, so no entry is counted. There is room for
// two words, so that one every third cycle is enough. A word is asked for only where there is room.
//
// Cycles of a pair: it is picked, memories read its fmap value and its sum | a MAC has both |
// the new sum is written. A sum that is read while it is not yet written is the MAC's: the two
// pairs before may be of the same.
module trace #(
    parameter int VALUE_BITS = 16,
    // address of a word in the list memory
    parameter int LIST_BITS = 6,
    // entries of a list word
    parameter int ENTRIES = VALUE_BITS == 8 ? 4 : 3,
    localparam int ENTRY = VALUE_BITS + 5,
    localparam int LAST = ENTRIES * ENTRY,
    // place of a value in a word of 64 bits
    localparam int PLACE_BITS = $clog2(64 / VALUE_BITS)
) (
    input  logic                  clock,
    input  logic                  reset,
    // constant in a layer: columns of a group, as a power of two
    input  logic [1:0]            group_log,
    // row words from a group to the next
    input  logic [1:0]            group_stride,
    // bits from a column of a group to the next
    input  logic [2:0]            column_step,
    // a couple of row words is written, one-hot
    input  logic [5:0]            row_write,
    // bits of its words 2n and 2n + 1
    input  logic [1:0][19:0]      row_bits,
    // values of the chunk before each of them
    input  logic [1:0][7:0]       row_base,
    // there is room for the word after those that were taken, or for a header
    output logic                  list_request,
    // address of that word
    output logic [LIST_BITS-1:0]  list_address,
    // a word that was asked for is there
    input  logic                  list_valid,
    // the word
    input  logic [LAST:0]         list_word,
    // where it is a header: this trace's mask; without a one there is no job
    input  logic [17:0]           list_mask,
    // the set of the job's sums
    input  logic [2:0]            list_set,
    // words of its list, which are not read where there is no job
    input  logic [LIST_BITS-1:0]  list_length,
    // a MAC serves the trace
    input  logic                  run,
    // no pair may leave: sums are being drained
    input  logic                  pause,
    // a job can begin or go on
    output logic                  ready,
    // index of the job, modulo 16
    output logic [3:0]            behind,
    // the head is the job's last entry
    output logic                  last_window,
    // the job ends with this cycle
    output logic                  ends,
    // there is a pair: memories are to read its value and its sum
    output logic                  pair_read,
    // a word of the value memory
    output logic [7-PLACE_BITS:0] value_address,
    // address of the sum, its lowest bit which one of a word
    output logic [6:0]            sum_address,
    // the sum is being added to in this cycle: its MAC is to keep the result
    output logic                  pair_keep,
    // a cycle later: place of the fmap value in its word
    output logic [PLACE_BITS-1:0] pair_place,
    // which sum of its word
    output logic                  pair_half,
    // its emap value
    output logic [VALUE_BITS-1:0] pair_emap,
    // it is a pair
    output logic                  pair_valid,
    // its sum is the one that is being added to
    output logic                  pair_same,
    // its sum is the one that the MAC keeps
    output logic                  pair_kept,
    // two cycles later: halves of the sum memory's word that are written
    output logic [1:0]            sum_write,
    // which word
    output logic [5:0]            sum_write_address
);
  // ---- row words: word w is in bank w mod 3, there number w / 3. None is read in the cycle in
  // which it is written, so latches do, which are open in that cycle's second half.

  (* latch *) logic [3*4*28-1:0] words;
  for (genvar w = 0; w < 12; w++) begin : g_word
    localparam int AT = ((w % 3) * 4 + w / 3) * 28;
    always_ff @(posedge clock)
      if (row_write[w/2]) words[AT+:28] <= {row_base[w%2], row_bits[w%2]};
  end

  // ---- the list: the head, and two words of entries after it. Where both are empty the first
  // entry of the next word can be the head at once.

  // latches: a word is not read in the cycle in which it is written, nor is a header
  (* latch *) logic [1:0][LAST:0] words_ahead;
  logic [1:0]            full;
  logic [2*ENTRIES-1:0]  at;
  logic                  idle;
  logic                  await_mask;
  logic                  mask_full;
  logic [17:0]           mask;
  logic [2:0]            set;
  logic                  job_last;
  logic                  arrives;
  logic                  second;
  logic                  empty;
  logic                  load;
  logic                  advance;
  logic                  take_mask;
  logic                  job_begins;
  logic                  word_ends;
  logic                  next_last;
  logic [ENTRY-1:0]      entry;
  logic [VALUE_BITS-1:0] value;

  // entry `first` of a word is its last one: those after it are padding
  function automatic logic is_last(input logic [LAST:0] word, input logic [ENTRIES-1:0] first);
    logic padding;
    padding = 1'b1;
    is_last = 1'b0;
    for (int i = ENTRIES - 1; i >= 0; i--) begin
      is_last |= first[i] && padding;
      padding &= &word[i*ENTRY+:5];
    end
    is_last &= word[LAST];
  endfunction

  // `at` is the entry after the head; it is in the word that is older
  assign second = |at[2*ENTRIES-1:ENTRIES];
  assign empty = !(second ? full[1] : full[0]);
  assign job_last = idle || last_window;
  assign arrives = list_valid && !await_mask;
  always_comb begin
    entry = list_word[0+:ENTRY] & {ENTRY{empty}};
    for (int w = 0; w < 2; w++)
      for (int i = 0; i < ENTRIES; i++)
        entry |= words_ahead[w][i*ENTRY+:ENTRY] & {ENTRY{at[w*ENTRIES+i] && full[w]}};
    next_last = empty ? is_last(list_word, ENTRIES'(1))
        : is_last(words_ahead[0], at[ENTRIES-1:0])
            || is_last(words_ahead[1], at[2*ENTRIES-1:ENTRIES]);
  end
  assign load = (idle || advance) && (!empty || arrives) && (!job_last || mask_full);
  assign job_begins = load && job_last;
  assign word_ends = load && (next_last || at[ENTRIES-1] || at[2*ENTRIES-1]);
  assign take_mask = list_valid && await_mask;
  assign list_request = await_mask ? !mask_full : !(&full);
  assign ready = !idle;

  logic [1:0] takes;
  assign takes[0] = arrives && (second ? full[1] : !full[0]);
  assign takes[1] = arrives && (second ? !full[1] : full[0]);

  logic [3:0]  next_index;
  (* latch *) logic [17:0] next_mask;
  (* latch *) logic [2:0] next_set;
  always_ff @(posedge clock) begin
    for (int w = 0; w < 2; w++) begin
      if (takes[w]) words_ahead[w] <= list_word;
      full[w] <= !reset && (takes[w] || full[w]) && !(word_ends && second == 1'(w));
    end
    if (load || reset) begin
      if (reset) at <= (2 * ENTRIES)'(1);
      else if (!word_ends) at <= at << 1;
      else at <= {{(ENTRIES - 1) {1'b0}}, !second, {(ENTRIES - 1) {1'b0}}, second};
    end
    if (load) begin
      last_window <= next_last;
      value <= entry[5+:VALUE_BITS];
    end
    if (reset || load || ends) idle <= reset || !load;
    if (arrives || take_mask || reset) begin
      // a header without a job is followed by the next one
      await_mask <= reset || (arrives ? list_word[LAST] : list_mask == '0);
      list_address <= reset ? '0 : list_address + LIST_BITS'(1)
          + (take_mask && list_mask == '0 ? list_length : '0);
    end
    if (take_mask || job_begins || reset) mask_full <= !reset && take_mask && list_mask != '0;
    if (take_mask || reset) begin
      next_index <= reset ? '1 : next_index + 4'd1;
      next_mask <= list_mask;
      next_set <= list_set;
    end
    if (job_begins) begin
      behind <= next_index;
      mask <= next_mask;
      set <= next_set;
    end
  end

  // ---- where the entry after the head looks

  logic [5:0] position;
  logic [4:0] delta;
  logic [5:0] next_position;
  logic [5:0] groups;
  logic [3:0] first;
  logic [2:0] column;
  logic [1:0] next_row;
  logic [1:0] next_turn;
  logic [3:0] next_offset;

  assign delta = entry[4:0];
  assign next_position = (position | {6{job_last}}) + 6'(delta) + 6'(!(&delta));
  assign groups = next_position >> group_log;
  assign column = next_position[2:0] & {&group_log, group_log[1], |group_log};
  assign first = (group_stride[0] ? groups[3:0] : 4'd0)
      + (group_stride[1] ? {groups[2:0], 1'b0} : 4'd0);
  assign next_row = first >= 4'd9 ? 2'd3 : first >= 4'd6 ? 2'd2 : first >= 4'd3 ? 2'd1 : 2'd0;
  assign next_turn = 2'(first - 4'(next_row) - {1'b0, next_row, 1'b0});
  assign next_offset = (column[0] ? {1'b0, column_step} : 4'd0)
      + (column[1] ? {column_step, 1'b0} : 4'd0) + (column[2] ? {column_step[1:0], 2'b0} : 4'd0);

  // ---- the head: its window, and what is left of it

  logic [1:0]  row;
  logic [1:0]  turn;
  logic [3:0]  offset;
  logic [17:0] turned;
  logic [1:0]  passed;
  logic [5:0]  above;
  logic [17:0] left;
  logic [83:0] seen;
  logic [17:0] raw;
  logic [17:0] window;
  logic [2:0]  some;
  logic [2:0]  pick;

  // lane l is in bank (turn + l) mod 3; what is left of it are the places above the last one picked
  always_comb begin
    case (turn)
      2'd0: turned = mask;
      2'd1: turned = {mask[11:0], mask[17:12]};
      default: turned = {mask[5:0], mask[17:6]};
    endcase
  end
  assign left[5:0] = turned[5:0] & above & {6{!passed[0]}};
  assign left[11:6] = turned[11:6] & (above | {6{!passed[0]}}) & {6{!passed[1]}};
  assign left[17:12] = turned[17:12] & (above | {6{!passed[1]}});

  for (genvar b = 0; b < 3; b++) begin : g_bank
    logic [1:0]  of_bank;
    logic [3:0]  hot;
    logic [12:0] by8;
    logic [8:0]  by4;
    logic [6:0]  by2;
    assign of_bank = (2'(b) < turn) ? row + 2'd1 : row;
    assign hot = 4'd1 << of_bank;
    assign seen[b*28+:28] = (words[(b*4)*28+:28] & {28{hot[0]}})
        | (words[(b*4+1)*28+:28] & {28{hot[1]}}) | (words[(b*4+2)*28+:28] & {28{hot[2]}})
        | (words[(b*4+3)*28+:28] & {28{hot[3]}});
    // shifted by 8, 4, 2, 1: only what can reach the window
    assign by8 = offset[3] ? {1'b0, seen[b*28+8+:12]} : seen[b*28+:13];
    assign by4 = offset[2] ? by8[12:4] : by8[8:0];
    assign by2 = offset[1] ? by4[8:2] : by4[6:0];
    assign raw[b*6+:6] = offset[0] ? by2[6:1] : by2[5:0];
    assign window[b*6+:6] = raw[b*6+:6] & left[b*6+:6];
    assign some[b] = |window[b*6+:6];
  end
  assign pick = {some[2] && !some[1] && !some[0], some[1] && !some[0], some[0]};

  logic [5:0] in_bank;
  logic [5:0] raw_bank;
  logic [5:0] not_below;
  logic [5:0] lowest;
  logic [2:0] place;
  logic       more;
  logic       step;
  always_comb begin
    in_bank = '0;
    raw_bank = '0;
    for (int b = 0; b < 3; b++) begin
      in_bank |= window[b*6+:6] & {6{pick[b]}};
      raw_bank |= raw[b*6+:6] & {6{pick[b]}};
    end
    for (int i = 0; i < 6; i++) not_below[i] = |(in_bank & 6'((1 << (i + 1)) - 1));
    lowest = not_below & ~{not_below[4:0], 1'b0};
    place = {
      lowest[4] | lowest[5], lowest[2] | lowest[3], lowest[1] | lowest[3] | lowest[5]
    };
    more = |(in_bank & {not_below[4:0], 1'b0}) || (some[0] && some[1])
        || (some[2] && (some[0] || some[1]));
  end
  assign step = run && !pause && !idle;
  assign advance = step && !more;
  assign ends = advance && last_window;
  assign pair_read = step && |some;

  always_ff @(posedge clock) begin
    if (load) begin
      position <= next_position;
      row <= next_row;
      turn <= next_turn;
      offset <= next_offset;
    end
    if (load || pair_read) begin
      // a filler looks at nothing
      passed <= load ? {2{&delta}} : {pick[2], pick[1] || pick[2]};
      above <= load ? {6{!(&delta)}} : {not_below[4:0], 1'b0};
    end
  end

  // ---- the pair: rank of its value = values before its word, before the window in it, before it
  // in the window

  logic [13:0] word_bank;
  logic [7:0]  base;
  logic [7:0]  value_at;
  logic [4:0]  before_window;
  logic [2:0]  in_window;
  logic [1:0]  lane;
  logic [3:0]  couple;
  always_comb begin
    word_bank = '0;
    base = '0;
    for (int b = 0; b < 3; b++) begin
      word_bank |= seen[b*28+:14] & {14{pick[b]}};
      base |= seen[b*28+20+:8] & {8{pick[b]}};
    end
  end
  logic [13:0] earlier;
  for (genvar i = 0; i < 14; i++) begin : g_before
    assign earlier[i] = word_bank[i] && 4'(i) < offset;
  end
  function automatic logic [1:0] ones3(input logic [2:0] v);
    ones3 = 2'(v[0]) + 2'(v[1]) + 2'(v[2]);
  endfunction
  logic [4:0] inner;
  assign inner = raw_bank[4:0] & ~not_below[4:0];
  assign before_window = 5'(
      4'(3'(ones3(earlier[2:0])) + 3'(ones3(earlier[5:3])) + 3'(earlier[12]))
      + 4'(3'(ones3(earlier[8:6])) + 3'(ones3(earlier[11:9])) + 3'(earlier[13])));
  assign in_window = 3'(ones3(inner[2:0])) + 3'(inner[3]) + 3'(inner[4]);

  assign lane = pick[0] ? (turn == 2'd0 ? 2'd0 : turn == 2'd1 ? 2'd2 : 2'd1)
      : pick[1] ? (turn == 2'd1 ? 2'd0 : turn == 2'd2 ? 2'd2 : 2'd1)
      : (turn == 2'd2 ? 2'd0 : turn == 2'd0 ? 2'd2 : 2'd1);
  assign couple = {2'b0, lane} + {1'b0, lane, 1'b0} + {2'b0, place[2:1]};

  assign value_at = base + 8'(before_window) + 8'(in_window);
  assign value_address = value_at[7:PLACE_BITS];

  // ---- its sum: couples of slots 0 to 7 of sets 0 to 7, or couple 8 of sets 0 to 6, not set 7

  logic       fresh;
  logic       valid;
  logic [6:0] address;
  logic [6:0] written;
  assign sum_address = {couple[3] ? {3'b111, set} : {set, couple[2:0]}, place[0]};
  assign pair_keep = pair_read && valid && sum_address == written;
  assign sum_write = {written[0], !written[0]} & {2{valid}};
  assign sum_write_address = written[6:1];
  assign pair_half = address[0];
  always_ff @(posedge clock) begin
    pair_valid <= pair_read && !reset;
    valid <= pair_valid && !reset;
    // the first pair of a window brings its emap value
    if (load || pair_read) fresh <= load;
    if (pair_read && fresh) pair_emap <= value;
    if (pair_read) begin
      pair_place <= value_at[PLACE_BITS-1:0];
      address <= sum_address;
      pair_same <= pair_valid && sum_address == address;
      pair_kept <= pair_keep;
    end
    if (pair_valid) written <= address;
  end
endmodule
