// Says which sums leave by a way out, and when: for one way of a team, so of all of its columns.
//
// A channel slice of the way has finished sums when all of its traces are done with a k, and `mask`
// says which of them are wanted. Slices take turns. The traces of a slice that have the same sums,
// one in each step, are held and read one after the other: one is held while the one before is
// read. When the last one has been read the sums are sent, as soon as those before have left and
// the write queue takes them. Nobody is held for sums of which none is wanted.
//
// Cycles: what a port says is so from the next cycle on. A trace is read when no MAC has served it
// for two cycles; a couple of sums a cycle, for two cycles at least. Sums of the first step come in
// behind those that are sent, those of others when all of these have left.
//
// Rules: a slice has no more finished sums than sets. `run` is of the traces that `held` names.
module drain_control #(
    parameter int SLICES = 6
) (
    input  logic            clock,
    input  logic            reset,

    // ---- change under reset only

    // channel slices that leave by this way
    input  logic [2:0]      slices,
    // traces of a column that have the same sums
    input  logic [4:0]      steps,
    // sets of sums in a trace
    input  logic [3:0]      sets,

    // ---- finished sums

    // a slice has finished its next sums
    input  logic            mask_valid,
    // which
    input  logic [2:0]      mask_slice,
    // wanted sums
    input  logic [17:0]     mask,

    // ---- traces: of this read, and of the one that comes after it

    // the trace is held, or is to be read
    output logic [1:0]      held,
    // its slice
    output logic [1:0][2:0] held_slice,
    // its step
    output logic [1:0][4:0] held_step,
    // a MAC serves it, in any of the team's columns
    input  logic [1:0]      run,
    // it begins no job in the next cycle
    output logic [1:0]      hold,
    // another trace begins no job in the next cycle
    output logic            hold_too,
    // its slice
    output logic [2:0]      too_slice,
    // its step
    output logic [4:0]      too_step,
    // the set that is read is free from the next cycle but one on
    output logic            set_freed,
    // of which slice
    output logic [2:0]      freed_slice,
    // of which step
    output logic [4:0]      freed_step,
    // no, of all of its steps
    output logic            freed_all,

    // ---- the way, as `drain_lane` has it

    // a trace's sums are read, from the next cycle on
    output logic            start,
    // of which slice
    output logic [2:0]      start_slice,
    // of which step
    output logic [4:0]      start_step,
    // in which set
    output logic [2:0]      start_set,
    // wanted sums
    output logic [17:0]     start_mask,
    // they are added to those in the buffer
    output logic            start_adds,
    // the buffer is to be sent
    output logic            send_valid,
    // it is, from the next cycle on, a couple a cycle
    input  logic            send_ready,
    // the buffer is sent
    output logic            send
);
  // ---- finished sums: of each slice a ring, as its sets are

  logic [SLICES*3-1:0] heads;
  logic [SLICES-1:0]   any;
  logic [SLICES-1:0]   more;
  logic [SLICES-1:0]   wanted;
  logic [SLICES-1:0]   taken;
  logic [5:0]          write_address;
  logic [SLICES*3-1:0] tails;
  // the slice's next sums, or those behind them where these are picked
  logic [SLICES-1:0]   ones;
  logic [SLICES*3-1:0] behind;
  logic [SLICES-1:0]   behind_wanted;
  function automatic logic [2:0] after_set(input logic [2:0] set);
    after_set = {1'b0, set} + 4'd1 == sets ? '0 : set + 3'd1;
  endfunction
  always_comb begin
    write_address = '0;
    for (int s = 0; s < SLICES; s++)
      if (mask_slice == 3'(s)) write_address = {3'(s), tails[3*s+:3]};
  end
  for (genvar s = 0; s < SLICES; s++) begin : g_slice
    logic [3:0] count;
    logic [2:0] head;
    logic [2:0] tail;
    logic [7:0] wants;
    logic       comes;
    assign comes = mask_valid && mask_slice == 3'(s);
    assign heads[3*s+:3] = head;
    assign tails[3*s+:3] = tail;
    assign any[s] = count != '0;
    assign more[s] = count > 4'd1;
    assign wanted[s] = wants[head];
    assign behind[3*s+:3] = ones[s] ? after_set(head) : head;
    assign behind_wanted[s] = wants[behind[3*s+:3]];
    always_ff @(posedge clock) begin
      if (comes) begin
        wants[tail] <= mask != '0;
        tail <= after_set(tail);
      end
      if (taken[s]) head <= after_set(head);
      if (comes != taken[s]) count <= comes ? count + 4'd1 : count - 4'd1;
      if (reset) begin
        count <= '0;
        head <= '0;
        tail <= '0;
      end
    end

`ifdef ASSERTIONS
    always @(posedge clock)
      if (!reset)
        assert (!comes || count < sets)
        else $fatal(1, "drain_control: more finished sums than sets");
`endif
  end

  // ---- a read: {valid, wanted, last step, step, set, slice}

  localparam int READ = 14;
  logic [READ-1:0] current;
  logic [READ-1:0] ahead;
  logic [READ-1:0] newest;
  logic            begun;
  logic [3:0]      left;
  logic            ends;
  // the read of the next step, or that of the next slice that has its turn
  logic [2:0]      turn;
  logic [2:0]      next_turn;
  logic            goes_on;
  logic [READ-1:0] first;
  logic [READ-1:0] second;
  logic            take_first;
  logic            take_second;
  assign goes_on = newest[13] && newest[12] && !newest[11];
  function automatic logic [3:0] chosen(input logic [SLICES-1:0] having, input logic [2:0] from);
    logic [3:0] low;
    logic [3:0] high;
    low = '0;
    high = '0;
    for (int s = SLICES - 1; s >= 0; s--)
      if (having[s]) begin
        low = {1'b1, 3'(s)};
        if (3'(s) >= from) high = {1'b1, 3'(s)};
      end
    chosen = high[3] ? high : low;
  endfunction
  function automatic logic [2:0] after(input logic [2:0] slice);
    after = slice + 3'd1 == slices ? '0 : slice + 3'd1;
  endfunction
  logic [3:0]        pick;
  logic [3:0]        next_pick;
  logic [SLICES-1:0] without;
  logic [SLICES-1:0] next_ones;
  assign pick = chosen(any, turn);
  for (genvar s = 0; s < SLICES; s++) begin : g_one
    assign ones[s] = pick == {1'b1, 3'(s)};
    assign next_ones[s] = next_pick == {1'b1, 3'(s)};
  end
  assign next_turn = after(pick[2:0]);
  // after sums of which none is wanted: another slice's, or this one's next, which may be wanted
  assign without = any & (~ones | more);
  assign next_pick = chosen(without, next_turn);
  logic [2:0] head;
  logic       is_wanted;
  always_comb begin
    head = '0;
    is_wanted = '0;
    for (int s = 0; s < SLICES; s++) begin
      head |= heads[3*s+:3] & {3{ones[s]}};
      is_wanted |= wanted[s] & ones[s];
    end
  end
  logic [4:0] last_step;
  logic [4:0] next_step;
  assign last_step = steps - 5'd1;
  assign next_step = newest[10:6] + 5'd1;
  function automatic logic [READ-1:0] read_of(
      input logic valid, input logic wants, input logic [2:0] set, input logic [2:0] slice,
      input logic [4:0] last);
    read_of = {valid, wants, !wants || last == '0, wants ? 5'd0 : last, set, slice};
  endfunction
  logic [2:0] second_head;
  logic       second_wanted;
  always_comb begin
    second_head = '0;
    second_wanted = '0;
    for (int s = 0; s < SLICES; s++) begin
      second_head |= behind[3*s+:3] & {3{next_ones[s]}};
      second_wanted |= behind_wanted[s] & next_ones[s];
    end
  end
  assign first = goes_on ? {2'b11, next_step == last_step, next_step, newest[5:0]}
      : read_of(pick[3], is_wanted, head, pick[2:0], last_step);
  assign second = read_of(next_pick[3], second_wanted, second_head, next_pick[2:0], last_step);
  assign taken = (ones & {SLICES{take_first && !goes_on}}) | (next_ones & {SLICES{take_second}});

  // ---- what happens in the next cycle

  logic            full;
  logic            full_rest;
  logic            asks;
  logic            asking;
  logic            last_ends;
  logic            sent;
  logic [3:0]      sending;
  logic            has;
  logic [READ-1:0] now;
  logic            now_begun;
  logic            begins;
  logic            has_ahead;
  logic [1:0]      rests;
  logic [1:0]      was_idle;
  logic            rested;
  logic            buffer_free;
  assign ends = current[13] && begun && left == 4'd1;
  assign last_ends = ends && current[12] && current[11];
  assign sent = sending <= 4'd1;
  assign asks = asking || (sent && (full || last_ends));
  assign full_rest = full || last_ends ? !sent || asking : 1'b0;
  assign send_valid = asks;
  assign rests = was_idle & ~run;
  assign has = ends ? ahead[13] : current[13];
  assign now = !has ? first : ends ? ahead : current;
  assign now_begun = begun && !ends;
  assign rested = ends ? rests[1] : rests[0];
  assign buffer_free = now[10:6] == '0 ? !asks || send_ready : sent && !asks;
  assign begins = now[13] && !now_begun && !full_rest
      && (!now[12] || (has && rested && buffer_free));
  assign has_ahead = ahead[13] && !ends;
  assign take_first = first[13] && (!has || ((now_begun || begins) && !has_ahead));
  assign take_second = !has && first[13] && begins && second[13];

  logic [READ-1:0] then_ahead;
  assign then_ahead = has_ahead ? ahead
      : has ? first & {READ{take_first}} : second & {READ{take_second}};

  logic [3:0]  couples;
  logic [3:0]  couples_of;
  logic [3:0]  full_couples;
  logic        fresh;
  logic        reads_mask;
  logic [17:0] mask_word;
  always_comb begin
    couples = '0;
    for (int i = 0; i < 9; i++) couples += 4'(|start_mask[2*i+:2]);
  end
  logic [3:0] taking;
  assign taking = now[12] && couples > 4'd2 ? couples : 4'd2;
  always_ff @(posedge clock) begin
    current <= now & {READ{!reset && (has || take_first)}};
    ahead <= then_ahead & {READ{!reset}};
    begun <= !reset && (now_begun || begins);
    if (begins) begin
      left <= taking;
      couples_of <= couples;
    end else begin
      left <= left - 4'd1;
    end
    if (take_second) newest <= second;
    else if (take_first) newest <= first;
    if (take_second) turn <= after(next_pick[2:0]);
    else if (take_first && !goes_on) turn <= next_turn;
    full <= full_rest && !reset;
    if (last_ends) full_couples <= couples_of;
    asking <= asks && !send_ready && !reset;
    send <= asks && send_ready && !reset;
    if (asks && send_ready) sending <= last_ends ? couples_of : full_couples;
    else if (sending != '0) sending <= sending - 4'd1;
    was_idle[0] <= ends ? ahead[13] && !run[1] : current[13] && !run[0];
    was_idle[1] <= ahead[13] && !ends && !run[1];
    fresh <= reads_mask;
    if (fresh) start_mask <= mask_word;
    if (reset) begin
      newest <= '0;
      turn <= '0;
      sending <= '0;
      was_idle <= '0;
    end
  end
  logic [5:0] read_address;
  assign reads_mask = (take_first && !goes_on && is_wanted) || (take_second && second_wanted);
  assign read_address = take_second ? {next_pick[2:0], second_head} : {pick[2:0], head};
  memory_1r1w #(.WIDTH(18), .DEPTH(8 * SLICES)) masks (
      .clock,
      .read(reads_mask),
      .read_address,
      .read_word(mask_word),
      .write(mask_valid),
      .write_address,
      .write_word(mask)
  );

  // ---- outputs

  assign held = {ahead[13] && ahead[12], current[13] && current[12]};
  assign held_slice = {ahead[2:0], current[2:0]};
  assign held_step = {ahead[10:6], current[10:6]};
  assign hold = {held[1], held[0] && !ends};
  assign hold_too = take_second ? second[12] : take_first && first[12];
  assign too_slice = take_second ? second[2:0] : first[2:0];
  assign too_step = take_second ? second[10:6] : first[10:6];
  assign set_freed = ends;
  assign freed_slice = current[2:0];
  assign freed_step = current[10:6];
  assign freed_all = !current[12];
  assign start = begins && now[12];
  assign start_slice = now[2:0];
  assign start_step = now[10:6];
  assign start_set = now[5:3];
  assign start_adds = now[10:6] != '0;
endmodule
