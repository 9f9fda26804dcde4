// Says which sums leave by a way out, and when: for one way of a team, so of all of its columns.
//
// A channel slice of the way has finished sums when all of its traces are done with a k. Slices
// take turns: the mask of a slice's next sums is asked for, for two sums ahead at most, and says
// which of them are wanted. Sums leave in that order. The traces of a slice that have the same
// sums, one in each step, are held and read one after the other: one is held while the one before
// is read. When the last one has been read the sums are sent, as soon as those before have left
// and the write queue takes them. Nobody is held for sums of which none is wanted.
//
// Traces and slices have their numbers in a column: slice s is the first trace that has it, the
// trace of its next step is `channel_slices` further on.
//
// Cycles: what a port says is so from the next cycle on, but for `ask`. A trace is read when no
// MAC has served it for three cycles; a couple of sums a cycle, for two cycles at least. Sums of
// the first step come in behind those that are sent, those of others when all of these have left.
//
// `send_valid` stays until `send_ready`, and does not hang on it in the same cycle; `start` does.
// `run` is of the traces that `held_trace` names in the same cycle. `finished` may lag: a slice
// that was taken is not looked at for a cycle.
//
// Rules:
// - masks come in the order in which they were asked for, a cycle later or more;
// - a slice that has finished sums is one of the column's;
// - what changes under reset only does not change else.
module drain_control #(
    parameter int ROWS = 8,
    parameter int TRACES = 3,
    parameter int LANES = 4,
    localparam int ALL = ROWS * TRACES,
    localparam int ALL_BITS = ALL > 1 ? $clog2(ALL) : 1,
    localparam int SLICES = (ALL + LANES - 1) / LANES,
    localparam int SLICE_BITS = SLICES > 1 ? $clog2(SLICES) : 1
) (
    input  logic                       clock,
    input  logic                       reset,

    // ---- change under reset only

    // number of the way, which is that of its first slice
    input  logic [ALL_BITS-1:0]        lane,
    // channel slices of a column
    input  logic [ALL_BITS:0]          channel_slices,
    // traces from this number on hold sums of the last step
    input  logic [ALL_BITS-1:0]        last_from,
    // sets of sums in a trace
    input  logic [3:0]                 sets,

    // ---- finished sums

    // a slice of the way has finished its next sums
    input  logic [SLICES-1:0]          finished,
    // the mask of a slice's next sums was asked for in the cycle before
    output logic [SLICES-1:0]          taken,
    // it is asked for
    output logic                       ask,
    // of which slice
    output logic [ALL_BITS-1:0]        ask_slice,
    // a mask comes
    input  logic                       mask_valid,
    // wanted sums
    input  logic [17:0]                mask,

    // ---- traces: of this read, and of the one that comes after it

    // number of the trace
    output logic [1:0][ALL_BITS-1:0]   held_trace,
    // a MAC serves it, in any of the team's columns
    input  logic [1:0]                 run,
    // a trace begins no job from the next cycle but one on
    output logic                       hold,
    // its number
    output logic [ALL_BITS-1:0]        hold_trace,
    // the trace of this read may begin jobs again, from the next cycle but one on
    output logic                       release_trace,
    // the set that is read is free from the next cycle but one on
    output logic                       set_freed,
    // of which trace
    output logic [ALL_BITS-1:0]        freed_trace,
    // no, of all traces of the slice with this number
    output logic                       freed_all,

    // ---- the way, as `drain_lane` has it

    // a trace's sums are read, from the next cycle on
    output logic                       start,
    // its number
    output logic [ALL_BITS-1:0]        start_trace,
    // in which set
    output logic [2:0]                 start_set,
    // wanted sums
    output logic [17:0]                start_mask,
    // they are added to those in the buffer
    output logic                       start_adds,
    // the buffer is to be sent
    output logic                       send_valid,
    // it is, from the next cycle on, a couple a cycle
    input  logic                       send_ready,
    // the buffer is sent
    output logic                       send
);
  // ---- whose mask is asked for: of slices that have finished sums the one that has its turn

  logic [SLICES-1:0]     waits;
  logic [SLICE_BITS-1:0] turn;
  logic                  is_high;
  logic [SLICE_BITS-1:0] low;
  logic [SLICE_BITS-1:0] high;
  logic [SLICE_BITS-1:0] pick;
  logic [SLICES-1:0]     picks;
  logic                  has_place;
  assign waits = finished & ~taken;
  always_comb begin
    is_high = '0;
    low = '0;
    high = '0;
    for (int s = SLICES - 1; s >= 0; s--)
      if (waits[s]) begin
        low = SLICE_BITS'(s);
        if (SLICE_BITS'(s) >= turn) begin
          high = SLICE_BITS'(s);
          is_high = 1'b1;
        end
      end
  end
  assign pick = is_high ? high : low;
  assign ask = waits != '0 && has_place;
  for (genvar s = 0; s < SLICES; s++) begin : g_pick
    assign picks[s] = ask && pick == SLICE_BITS'(s);
  end
  always_comb begin
    ask_slice = '0;
    for (int s = 0; s < SLICES; s++)
      if (pick == SLICE_BITS'(s)) ask_slice = ALL_BITS'(s * LANES) + lane;
  end
  // a slice's sums are in its sets one after the other
  logic [SLICES-1:0][2:0] next_set;
  logic [2:0]             pick_set;
  always_comb begin
    pick_set = '0;
    for (int s = 0; s < SLICES; s++) if (pick == SLICE_BITS'(s)) pick_set = next_set[s];
  end
  always_ff @(posedge clock) begin
    taken <= picks & {SLICES{!reset}};
    if (ask) begin
      // the slices behind it are the next ones, and then the first
      turn <= pick == SLICE_BITS'(SLICES - 1) ? '0 : pick + SLICE_BITS'(1);
      next_set[pick] <= {1'b0, pick_set} + 4'd1 == sets ? '0 : pick_set + 3'd1;
    end
    if (reset) begin
      turn <= '0;
      next_set <= '0;
    end
  end

  // ---- sums whose mask was asked for, in order

  localparam int PLACES = 2;
  logic [PLACES-1:0][ALL_BITS-1:0]   place_slice;
  logic [PLACES-1:0][2:0]            place_set;
  logic [PLACES-1:0][17:0]           place_mask;
  logic [PLACES-1:0]                 place_wanted;
  logic                              ask_place;
  logic                              mask_place;
  logic                              head;
  logic [1:0]                        asked;
  logic [1:0]                        masked;
  logic                              leaves;
  assign has_place = !asked[1];
  always_ff @(posedge clock) begin
    if (ask) begin
      place_slice[ask_place] <= ask_slice;
      place_set[ask_place] <= pick_set;
      ask_place <= !ask_place;
    end
    if (mask_valid) begin
      place_mask[mask_place] <= mask;
      place_wanted[mask_place] <= mask != '0;
      mask_place <= !mask_place;
    end
    head <= head ^ leaves;
    asked <= asked + 2'(ask) - 2'(leaves);
    masked <= masked + 2'(mask_valid) - 2'(leaves);
    if (reset) begin
      ask_place <= '0;
      mask_place <= '0;
      head <= '0;
      asked <= '0;
      masked <= '0;
    end
  end

  // ---- a read: {valid, wanted, last step, first step, trace, set}

  localparam int READ = 7 + ALL_BITS;
  localparam int VALID = READ - 1;
  localparam int WANTED = READ - 2;
  localparam int LAST = READ - 3;
  localparam int FIRST = READ - 4;
  logic [READ-1:0] current;
  logic [READ-1:0] ahead;
  logic [READ-1:0] newest;
  logic            begun;
  logic [3:0]      left;
  logic            ends;
  // the read of the next step, or that of the next sums. Masks come one by one, so that no more
  // than one is taken in a cycle
  logic            goes_on;
  logic [READ-1:0] next;
  logic            take;
  assign goes_on = newest[VALID] && newest[WANTED] && !newest[LAST];
  logic [ALL_BITS-1:0]   next_trace;
  assign next_trace = newest[3+:ALL_BITS] + channel_slices[ALL_BITS-1:0];
  logic is_last;
  assign is_last = !place_wanted[head] || place_slice[head] >= last_from;
  assign next = goes_on ? {2'b11, next_trace >= last_from, 1'b0, next_trace, newest[2:0]}
      : {masked != '0, place_wanted[head], is_last, 1'b1, place_slice[head], place_set[head]};
  assign leaves = take && !goes_on;

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
  logic [1:0]      was_idle_before;
  logic            rested;
  logic            buffer_free;
  assign ends = current[VALID] && begun && left == 4'd1;
  assign last_ends = ends && current[WANTED] && current[LAST];
  assign sent = sending <= 4'd1;
  assign asks = asking || (sent && (full || last_ends));
  assign full_rest = full || last_ends ? !sent || asking : 1'b0;
  assign send_valid = asks;
  assign rests = was_idle & was_idle_before;
  assign has = ends ? ahead[VALID] : current[VALID];
  assign now = !has ? next : ends ? ahead : current;
  assign now_begun = begun && !ends;
  assign rested = ends ? rests[1] : rests[0];
  assign buffer_free = now[FIRST] ? !asks || send_ready : sent && !asks;
  assign begins = now[VALID] && !now_begun && !full_rest
      && (!now[WANTED] || (has && rested && buffer_free));
  assign has_ahead = ahead[VALID] && !ends;
  assign take = next[VALID] && (!has || ((now_begun || begins) && !has_ahead));

  // no MAC serves it: of the trace that is read next or now, and of the one behind it
  logic [1:0] now_idle;
  assign now_idle = {ahead[VALID] && !ends && !run[1],
                     ends ? ahead[VALID] && !run[1] : current[VALID] && !run[0]};
  logic [3:0] couples;
  logic [3:0] couples_of;
  logic [3:0] full_couples;
  always_comb begin
    couples = '0;
    for (int i = 0; i < 9; i++) couples += 4'(|start_mask[2*i+:2]);
  end
  logic [3:0] taking;
  assign taking = now[WANTED] && couples > 4'd2 ? couples : 4'd2;
  always_ff @(posedge clock) begin
    if (take || ends || reset) begin
      current <= now & {READ{!reset && (has || take)}};
      ahead <= (has_ahead ? ahead : next & {READ{has && take}}) & {READ{!reset}};
    end
    begun <= !reset && (now_begun || begins);
    if (begins) begin
      left <= taking;
      couples_of <= couples;
    end else if (begun) begin
      left <= left - 4'd1;
    end
    if (take) newest <= next;
    full <= full_rest && !reset;
    if (last_ends) full_couples <= couples_of;
    asking <= asks && !send_ready && !reset;
    send <= asks && send_ready && !reset;
    if (asks && send_ready) sending <= last_ends ? couples_of : full_couples;
    else if (sending != '0) sending <= sending - 4'd1;
    was_idle <= now_idle;
    was_idle_before <= ends ? {1'b0, was_idle[1]} : was_idle;
    // of the sums that are read next
    if (leaves && next[WANTED]) start_mask <= place_mask[head];
    if (reset) begin
      newest <= '0;
      sending <= '0;
      was_idle <= '0;
      was_idle_before <= '0;
    end
  end

  // ---- outputs

  assign held_trace = {ahead[3+:ALL_BITS], current[3+:ALL_BITS]};
  assign hold = take && next[WANTED];
  assign hold_trace = next[3+:ALL_BITS];
  // where its next sums are read behind these it is held for them
  assign release_trace = current[VALID] && begun && left == 4'd2 && current[WANTED]
      && !(ahead[VALID] && ahead[WANTED] && ahead[3+:ALL_BITS] == current[3+:ALL_BITS]);
  assign set_freed = ends;
  assign freed_trace = current[3+:ALL_BITS];
  assign freed_all = !current[WANTED];
  assign start = begins && now[WANTED];
  assign start_trace = now[3+:ALL_BITS];
  assign start_set = now[2:0];
  assign start_adds = !now[FIRST];

`ifdef ASSERTIONS
  localparam int CONSTANT_BITS = 3 * ALL_BITS + 5;
  logic [CONSTANT_BITS-1:0] constants;
  always @(posedge clock) constants <= {lane, channel_slices, last_from, sets};
  always @(posedge clock)
    if (!reset) begin
      assert (constants == {lane, channel_slices, last_from, sets})
        else $fatal(1, "drain_control: changes not under reset");
      assert (!mask_valid || masked < asked)
        else $fatal(1, "drain_control: a mask that was not asked for");
      assert (!ask || {1'b0, ask_slice} < channel_slices)
        else $fatal(1, "drain_control: no such slice has finished sums");
    end
`endif
endmodule
