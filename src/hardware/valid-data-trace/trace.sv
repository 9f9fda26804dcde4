// A trace: walks the emap list of a job over the bits of its fmap chunk, and hands out one pair a
// cycle. A window with n pairs takes max(1, n) cycles, and the next window follows at once.
//
// The head is the entry that is worked on. Its words are read straight from the row words in each
// cycle, so nothing of them is kept in registers but how far its window has been looked at. The
// entry after it is decoded meanwhile, and becomes the head in the cycle in which the last pair
// leaves. A window is looked at in the order of banks, not of lanes: each pair of a window has its
// own sum, so their order is free, and only the mask must be rotated.
//
// List word: three entries of {value, distance of 5 bits}, the first one lowest; the highest bit
// says that it is the job's last word. A distance of 31 is no nonzero: 31 positions on, and nothing
// is looked at. Trailing ones of a last word are padding, so no entry is counted.
module trace #(
    parameter int VALUE_BITS = 16,
    // address of a word in the list memory
    parameter int LIST_BITS = 6,
    localparam int ENTRY = VALUE_BITS + 5,
    localparam int LAST = 3 * ENTRY
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
    // the list memory is to give the word after those that were taken
    output logic                  list_request,
    // address of that word
    output logic [LIST_BITS-1:0]  list_address,
    // it is there; it is taken or not
    input  logic                  list_valid,
    // the word
    input  logic [LAST:0]         list_word,
    // this trace's mask, where the word is a header
    input  logic [17:0]           list_mask,
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
    // the value memory is to read a word of four values in this cycle
    output logic                  value_read,
    // address of that word
    output logic [5:0]            value_address,
    // a cycle later: there is a pair
    output logic                  pair_valid,
    // place of its fmap value in the word
    output logic [1:0]            pair_place,
    // lane * 6 + place in the window: the sum among those of its set
    output logic [4:0]            pair_slot,
    // the job's set of sums
    output logic [2:0]            pair_set,
    // its emap value
    output logic [VALUE_BITS-1:0] pair_emap
);
  // ---- row words: word w is in bank w mod 3, there number w / 3

  logic [3*4*28-1:0] words;
  for (genvar w = 0; w < 12; w++) begin : g_word
    localparam int AT = ((w % 3) * 4 + w / 3) * 28;
    always_ff @(posedge clock)
      if (row_write[w/2]) words[AT+:28] <= {row_base[w%2], row_bits[w%2]};
  end

  // ---- the list: the head, and one word of entries after it. Where that is empty the first entry
  // of the next word can be the head at once.

  logic [LAST:0]    word;
  logic [2:0]       waiting;
  logic             idle;
  logic             await_mask;
  logic             mask_full;
  logic [17:0]      mask;
  logic             job_last;
  logic             arrives;
  logic             empty;
  logic             load;
  logic             advance;
  logic             take_word;
  logic             take_mask;
  logic             next_last;
  logic [2:0]       at;
  logic [ENTRY-1:0] entry;
  logic [VALUE_BITS-1:0] value;

  // `waiting` has a one for each entry of the word that is not yet the head; `at` is the first
  assign empty = waiting == '0;
  assign job_last = idle || last_window;
  assign arrives = list_valid && !await_mask;
  assign at = waiting & ~{waiting[1:0], 1'b0};
  assign entry = (list_word[0+:ENTRY] & {ENTRY{empty}}) | (word[0+:ENTRY] & {ENTRY{at[0]}})
      | (word[ENTRY+:ENTRY] & {ENTRY{at[1]}}) | (word[2*ENTRY+:ENTRY] & {ENTRY{at[2]}});
  assign next_last = empty
      ? list_word[LAST] && (&list_word[2*ENTRY+:5]) && (&list_word[ENTRY+:5])
      : word[LAST] && (at[2] || ((&word[2*ENTRY+:5]) && (at[1] || (&word[ENTRY+:5]))));
  assign load = (idle || advance) && (empty ? arrives : 1'b1) && (!job_last || mask_full);
  assign take_word = arrives && (empty || (load && (next_last || at[2])));
  assign take_mask = list_valid && await_mask && !mask_full;
  assign list_request = !(waiting[0] && waiting[1]) || word[LAST];
  assign ready = !idle;

  always_ff @(posedge clock) begin
    if (take_word) word <= list_word;
    if (load) begin
      last_window <= next_last;
      value <= entry[5+:VALUE_BITS];
    end
    if (reset) waiting <= '0;
    else if (take_word)
      waiting <= {2'b11, !(empty && load)} & {3{!(empty && load && next_last)}};
    else if (load) waiting <= waiting & ~at & {3{!next_last}};
    idle <= reset || ((idle || ends) && !load);
    if (take_word || take_mask || reset) await_mask <= reset || (take_word && list_word[LAST]);
    mask_full <= !reset && (take_mask || (mask_full && !(load && job_last)));
    if (reset) list_address <= '0;
    else list_address <= list_address + LIST_BITS'(take_word || take_mask);
    if (reset) behind <= '0;
    else behind <= behind + 4'(ends);
  end

  logic [17:0] next_mask;
  always_ff @(posedge clock) begin
    if (take_mask) next_mask <= list_mask;
    if (load && job_last) mask <= next_mask;
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

  always_ff @(posedge clock) begin
    if (load) begin
      position <= next_position;
      row <= next_row;
      turn <= next_turn;
      offset <= next_offset;
    end
    if (load || (step && |some)) begin
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

  assign value_read = step && |some;
  assign value_at = base + 8'(before_window) + 8'(in_window);
  assign value_address = value_at[7:2];
  always_ff @(posedge clock) begin
    pair_valid <= value_read;
    pair_place <= value_at[1:0];
    pair_slot <= {couple, place[0]};
    pair_set <= behind[2:0];
    pair_emap <= value;
  end
endmodule
