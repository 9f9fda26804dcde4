// A trace: walks the emap list of a job over the bits of its fmap chunk, and hands out one pair a
// cycle. A tile is the nonzeros of one value word. While a tile is worked on, the windows of the
// next one are looked at, one a cycle. The pairs of a tile leave slot by slot, in a slot in the
// order of nonzeros: those of a slot are a visit of its sum, which is read for the first of them
// and written after the last. A tile takes T cycles at least, the last one of a job one.
//
// List: a header, a bitmap of the chunk's positions, values in the order of positions, T in a word.
// Header and bitmap of the job after are asked for ahead, a value word with its windows. One word
// every third cycle is enough; one is asked for only where there is room, and comes a cycle later,
// never two in succession. Since windows are looked at ahead, a job's list must not be given before
// its chunk is active.
//
// Cycles of a pair: it is picked, memories read its fmap value and its sum | a MAC has both |
// the new sum is written. A sum that is read while it is not yet written is the MAC's: the two
// pairs before may be of the same. A visit that is interrupted is two.
module trace #(
    parameter int VALUE_BITS = 16,
    // address of a word in the list memory
    parameter int LIST_BITS = 6,
    localparam int WORD = VALUE_BITS == 32 ? 128 : 64,
    // nonzeros of a tile
    localparam int T = WORD / VALUE_BITS,
    // place of a value in a word of 64 bits
    localparam int PLACE_BITS = $clog2(64 / VALUE_BITS),
    // number of a value: a chunk has 256 bytes, fewer than 128 values where they are wider
    localparam int RANK_BITS = VALUE_BITS == 8 ? 8 : 7,
    localparam int KEPT = 20 + RANK_BITS
) (
    input  logic                             clock,
    input  logic                             reset,
    // constant in a layer: columns of a group, as a power of two
    input  logic [1:0]                       group_log,
    // row words from a group to the next
    input  logic [1:0]                       group_stride,
    // bits from a column of a group to the next
    input  logic [2:0]                       column_step,
    // a couple of row words is written, one-hot
    input  logic [5:0]                       row_write,
    // bits of its words 2n and 2n + 1
    input  logic [1:0][19:0]                 row_bits,
    // values of the chunk before each of them
    input  logic [1:0][RANK_BITS-1:0]        row_base,
    // there is room for the word at that address
    output logic                             list_request,
    // the next value word, or else the next header or bitmap
    output logic [LIST_BITS-1:0]             list_address,
    // the word that was asked for in the cycle before is there
    input  logic                             list_valid,
    // the word
    input  logic [WORD-1:0]                  list_word,
    // where it is a header: this trace's mask; without a one there is no job
    input  logic [17:0]                      list_mask,
    // the set of the job's sums
    input  logic [2:0]                       list_set,
    // words of its list; without one there is no job, and without a job they are not read
    input  logic [LIST_BITS-1:0]             list_length,
    // a MAC serves the trace
    input  logic                             run,
    // no pair may leave: sums are being drained
    input  logic                             pause,
    // a job can begin or go on
    output logic                             ready,
    // index of the job, modulo 16
    output logic [3:0]                       behind,
    // the tile that is worked on is the job's last
    output logic                             last_tile,
    // the job ends with this cycle
    output logic                             ends,
    // there is a pair: the value memory is to read its value
    output logic                             pair_read,
    // a word of the value memory
    output logic [RANK_BITS-PLACE_BITS-1:0]  value_address,
    // it is its visit's first: the sum memory is to read its sum
    output logic                             sum_read,
    // address of the sum, its lowest bit which one of a word
    output logic [6:0]                       sum_address,
    // the sum is being added to in this cycle, and is read too early: its MAC is to keep the result
    output logic                             pair_keep,
    // a cycle later: place of the fmap value in its word
    output logic [PLACE_BITS-1:0]            pair_place,
    // which sum of its word
    output logic                             pair_half,
    // its emap value
    output logic [VALUE_BITS-1:0]            pair_emap,
    // it is a pair
    output logic                             pair_valid,
    // its sum is the one that is being added to
    output logic                             pair_same,
    // its sum is the one that the MAC keeps
    output logic                             pair_kept,
    // two cycles later, of a visit's last pair: halves of the sum memory's word that are written
    output logic [1:0]                       sum_write,
    // which word
    output logic [5:0]                       sum_write_address
);
  // ---- row words: word w is in bank w mod 3, there number w / 3. None is read in the cycle in
  // which it is written, so latches do, which are open in that cycle's second half.

  (* latch *) logic [3*4*KEPT-1:0] words;
  for (genvar w = 0; w < 12; w++) begin : g_word
    localparam int AT = ((w % 3) * 4 + w / 3) * KEPT;
    always_ff @(posedge clock)
      if (row_write[w/2]) words[AT+:KEPT] <= {row_base[w%2], row_bits[w%2]};
  end

  // ---- tiles: one in work, one ahead. What is ahead is complete after T looks, whether they found
  // something or not, with its value word, and all goes to work at once: by the last look.

  logic         idle;
  logic         swapped;
  logic [T-1:0] look;
  logic         step;
  logic         looks;
  logic         tile_ends;
  logic         complete;
  logic         swap;
  logic         job_begins;
  logic         flip;
  logic         exhausted;
  logic         value_full;
  logic         take_value;
  logic         more;

  assign ready = !idle;
  assign step = run && !pause && !idle;
  assign tile_ends = step && !more;
  assign ends = tile_ends && last_tile;
  assign complete = active && look[T-1] && (value_full || take_value);
  assign swap = (idle || tile_ends) && complete;
  assign job_begins = swap && (idle || last_tile);
  // all of the job has been looked at: on to the next one
  assign flip = swap && exhausted;

  always_ff @(posedge clock) begin
    if (swap || ends || reset) idle <= reset || !swap;
    if (swap) last_tile <= exhausted;
    if (looks || swap || reset) look <= reset ? T'(1) : {look[T-2:0], look[T-1]};
    value_full <= !reset && !swap && (value_full || take_value);
    swapped <= swap;
  end

  // ---- jobs: one that is looked at, and the next one. What waits for its turn is in latches that
  // are open in the second half of the cycle in which they are written, what takes its place in
  // latches that are open in the first half of the cycle after: both are a flip-flop's two halves.

  logic                 active;
  logic                 next_full;
  logic                 headed;
  logic                 load;
  logic                 value_due;
  logic                 value_asked;
  logic                 take_header;
  logic                 take_bitmap;
  logic                 is_job;
  logic [LIST_BITS-1:0] head_address;
  logic [LIST_BITS-1:0] value_before;
  logic [LIST_BITS-1:0] next_value;
  logic [3:0]           next_index;
  logic [2:0]           set;
  (* latch *) logic [LIST_BITS-1:0] length;
  (* latch *) logic [63:0]          next_bitmap;
  (* latch *) logic [17:0]          next_mask;
  (* latch *) logic [2:0]           next_set;
  (* latch *) logic [63:0]          bitmap;
  (* latch *) logic [17:0]          mask;
  (* latch *) logic [2:0]           looked_set;
  (* latch *) logic [3:0]           looked_index;
  (* latch *) logic [WORD-1:0]      next_values;
  (* latch *) logic [WORD-1:0]      values;

  assign load = next_full && (flip || !active);
  assign value_due = active && !value_full;
  assign next_value = value_before + LIST_BITS'(1);
  assign list_request = value_due || !next_full;
  assign list_address = value_due ? next_value : head_address;
  assign take_value = list_valid && value_asked;
  assign take_header = list_valid && !value_asked && !headed;
  assign take_bitmap = list_valid && !value_asked && headed;
  assign is_job = |list_mask && |list_length;

  always_ff @(posedge clock) begin
    value_asked <= value_due;
    // the address of a bitmap stays until its job is looked at: its values are after it
    if (take_value || load) value_before <= load ? head_address : next_value;
    if (take_header || load || reset)
      head_address <= reset ? '0
          : head_address + (load ? length : is_job ? '0 : list_length) + LIST_BITS'(!load);
    if (take_header || take_bitmap || reset) headed <= !reset && take_header && is_job;
    next_full <= !reset && (take_bitmap || (next_full && !load));
    active <= !reset && (load || (active && !flip));
    if (take_header || reset) begin
      next_index <= reset ? '1 : next_index + 4'd1;
      length <= list_length;
      next_mask <= list_mask;
      next_set <= list_set;
    end
    if (take_bitmap) next_bitmap <= list_word[63:0];
    if (load) begin
      bitmap <= next_bitmap;
      mask <= next_mask;
      looked_set <= next_set;
      looked_index <= next_index;
    end
    if (job_begins) begin
      behind <= looked_index;
      set <= looked_set;
    end
    if (take_value) next_values <= list_word;
    // a pair that was picked in the cycle before has its value from the tile before
    if (swapped) values <= next_values;
  end

  // ---- the look: the lowest position that was not looked at. Of the bitmap's bytes those from
  // `open` on are left, of the first of them the bits of `above`.

  logic [7:0]  open;
  logic [7:0]  above;
  logic [7:0]  filled;
  logic [7:0]  byte_not_below;
  logic [7:0]  byte_pick;
  logic [7:0]  bits;
  logic [7:0]  bit_not_below;
  logic        more_bits;
  logic        found;
  logic [5:0]  position;
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
  // as fast as a MAC works, since what is ahead is not to be in time by chance
  assign looks = active && !look[T-1] && (idle || step);

  always_ff @(posedge clock) begin
    if (looks || swap || reset)
      above <= {8{reset || flip || !more_bits}} | {bit_not_below[6:0], 1'b0};
    // until a byte is done it is the first
    if (((looks || swap) && !more_bits) || reset)
      open <= {8{reset || flip}} | {byte_not_below[6:0], 1'b0};
  end

  // ---- where it looks

  logic [5:0]  groups;
  logic [3:0]  first;
  logic [2:0]  column;
  logic [1:0]  row;
  logic [1:0]  turn;
  logic [3:0]  offset;
  logic [17:0] in_banks;
  logic [17:0] window;

  assign groups = position >> group_log;
  assign column = position[2:0] & {&group_log, group_log[1], |group_log};
  assign first = (group_stride[0] ? groups[3:0] : 4'd0)
      + (group_stride[1] ? {groups[2:0], 1'b0} : 4'd0);
  assign row = first >= 4'd9 ? 2'd3 : first >= 4'd6 ? 2'd2 : first >= 4'd3 ? 2'd1 : 2'd0;
  assign turn = first[1:0] + row;
  assign offset = (column[0] ? {1'b0, column_step} : 4'd0)
      + (column[1] ? {column_step, 1'b0} : 4'd0) + (column[2] ? {column_step[1:0], 2'b0} : 4'd0);

  for (genvar b = 0; b < 3; b++) begin : g_bank
    logic [1:0]  of_bank;
    logic [3:0]  hot;
    logic [19:0] seen;
    logic [12:0] by8;
    logic [8:0]  by4;
    logic [6:0]  by2;
    assign of_bank = (2'(b) < turn) ? row + 2'd1 : row;
    assign hot = 4'd1 << of_bank;
    assign seen = (words[(b*4)*KEPT+:20] & {20{hot[0]}}) | (words[(b*4+1)*KEPT+:20] & {20{hot[1]}})
        | (words[(b*4+2)*KEPT+:20] & {20{hot[2]}}) | (words[(b*4+3)*KEPT+:20] & {20{hot[3]}});
    // shifted by 8, 4, 2, 1: only what can reach the window
    assign by8 = offset[3] ? {1'b0, seen[8+:12]} : seen[0+:13];
    assign by4 = offset[2] ? by8[12:4] : by8[8:0];
    assign by2 = offset[1] ? by4[8:2] : by4[6:0];
    assign in_banks[b*6+:6] = offset[0] ? by2[6:1] : by2[5:0];
  end
  // lane l is in bank (turn + l) mod 3
  always_comb begin
    window = turn[1] ? {in_banks[11:0], in_banks[17:12]}
        : turn[0] ? {in_banks[5:0], in_banks[17:6]} : in_banks;
    window &= mask & {18{found}};
  end

  // of a nonzero: its first row word's row and turn, its offset, its window; the last one of a tile
  // goes to work as it is looked at, and since it is not kept before, that takes whole flip-flops
  (* latch *) logic [(T-1)*26-1:0] ahead;
  (* latch *) logic [(T-1)*26-1:0] work;
  logic [25:0]                     last_work;
  for (genvar i = 0; i < T - 1; i++) begin : g_ahead
    always_ff @(posedge clock) if (looks && look[i]) ahead[i*26+:26] <= {row, turn, offset, window};
  end
  always_ff @(posedge clock)
    if (swap) begin
      work <= ahead;
      last_work <= {row, turn, offset, window};
    end

  // ---- the pick: the lowest slot that is left, of its nonzeros the lowest that is not done. Left
  // are the lanes that are not passed; of the first of them the places of `places`.

  logic [T*26-1:0] nonzeros;
  logic [1:0]      passed;
  logic [5:0]      places;
  logic [T-1:0]    done;
  logic [17:0]     wanted;
  logic [17:0]     left;
  logic [2:0]      some;
  logic [2:0]      lane;
  logic [5:0]      in_lane;
  logic [5:0]      not_below;
  logic [5:0]      lowest;
  logic [2:0]      place;
  logic [T*6-1:0]  lane_of;
  logic [T-1:0]    visit;
  logic [T-1:0]    visit_not_below;
  logic [T-1:0]    nonzero;
  logic            visit_more;
  assign nonzeros = {last_work, work};
  always_comb begin
    wanted = '0;
    for (int i = 0; i < T; i++) wanted |= nonzeros[i*26+:18];
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
    for (int i = 0; i < T; i++) begin
      lane_of[i*6+:6] = '0;
      for (int l = 0; l < 3; l++) lane_of[i*6+:6] |= nonzeros[i*26+l*6+:6] & {6{lane[l]}};
      visit[i] = |(lane_of[i*6+:6] & lowest);
    end
    visit &= ~done;
    for (int i = 0; i < T; i++) visit_not_below[i] = |(visit & T'((1 << (i + 1)) - 1));
    nonzero = visit_not_below & ~{visit_not_below[T-2:0], 1'b0};
    visit_more = |(visit & {visit_not_below[T-2:0], 1'b0});
    more = visit_more || |(in_lane & {not_below[4:0], 1'b0}) || (some[0] && some[1])
        || (some[2] && (some[0] || some[1]));
  end
  assign pair_read = step && |some;

  always_ff @(posedge clock) begin
    // until a visit ends its slot is the lowest
    if ((pair_read && !visit_more) || swap) begin
      passed <= {lane[2], lane[1] || lane[2]} & {2{!swap}};
      places <= {6{swap}} | {not_below[4:0], 1'b0};
    end
  end

  // ---- rank of its value: values before its word, before it in the word

  logic [7:0]  origin;
  logic [1:0]  pair_row;
  logic [1:0]  pair_turn;
  logic [4:0]  pair_at;
  logic [2:0]  bank;
  logic [3:0]  hot_row;
  logic [11:0] hot_word;
  logic [KEPT-1:0] word;
  logic [18:0] before;
  logic [RANK_BITS-1:0] value_at;
  always_comb begin
    origin = '0;
    for (int i = 0; i < T; i++) origin |= nonzeros[i*26+18+:8] & {8{nonzero[i]}};
    {pair_row, pair_turn} = origin[7:4];
    pair_at = 5'(origin[3:0]) + 5'(place);
    bank = pair_turn[1] ? {lane[0], lane[2:1]} : pair_turn[0] ? {lane[1:0], lane[2]} : lane;
    for (int b = 0; b < 3; b++) begin
      hot_row = 4'd1 << ((2'(b) < pair_turn) ? pair_row + 2'd1 : pair_row);
      hot_word[b*4+:4] = hot_row & {4{bank[b]}};
    end
    word = '0;
    for (int w = 0; w < 12; w++) word |= words[w*KEPT+:KEPT] & {KEPT{hot_word[w]}};
    for (int i = 0; i < 19; i++) before[i] = word[i] && 5'(i) < pair_at;
  end
  function automatic logic [1:0] ones3(input logic [2:0] v);
    ones3 = 2'(v[0]) + 2'(v[1]) + 2'(v[2]);
  endfunction
  function automatic logic [2:0] ones7(input logic [6:0] v);
    ones7 = 3'(ones3(v[2:0])) + 3'(ones3(v[5:3])) + 3'(v[6]);
  endfunction
  assign value_at = word[KEPT-1:20] + RANK_BITS'(
      5'(4'(ones7(before[6:0])) + 4'(ones7(before[13:7]))) + 5'(ones7({2'b0, before[18:14]})));
  assign value_address = value_at[RANK_BITS-1:PLACE_BITS];

  // ---- its sum: couples of slots 0 to 7 of sets 0 to 7, or couple 8 of sets 0 to 6, not set 7

  logic [3:0]   couple;
  logic         is_first;
  logic         is_last;
  logic         added;
  logic         writes;
  logic [6:0]   address;
  logic [6:0]   written;
  logic [T-1:0] pair_nonzero;
  // three couples a lane
  assign couple = {1'b0, lane[2], lane[2] || lane[1], lane[1]} + {2'b0, place[2:1]};
  assign sum_address = {couple[3] ? {3'b111, set} : {set, couple[2:0]}, place[0]};
  assign sum_read = pair_read && (done == '0 || !pair_valid);
  assign pair_keep = sum_read && added && sum_address == written;
  assign sum_write = {written[0], !written[0]} & {2{writes}};
  assign sum_write_address = written[6:1];
  assign pair_half = address[0];
  always_comb begin
    pair_emap = '0;
    for (int i = 0; i < T; i++)
      pair_emap |= values[i*VALUE_BITS+:VALUE_BITS] & {VALUE_BITS{pair_nonzero[i]}};
  end
  always_ff @(posedge clock) begin
    pair_valid <= pair_read && !reset;
    added <= pair_valid && !reset;
    // a visit that does not go on is over
    writes <= pair_valid && (is_last || !pair_read) && !reset;
    if (pair_read || reset) begin
      done <= (done | nonzero) & {T{visit_more && !reset}};
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
endmodule
