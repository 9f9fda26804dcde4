// Says which sums of a team's columns leave, and when: the controls of all of its ways, and what
// they say by trace. It stands in the last column of the team.
//
// All columns of a team get the same commands in the same cycle; `send` is for the last one alone.
module team_drain #(
    parameter int ROWS = 8,
    parameter int TRACES = 3,
    parameter int LANES = 4,
    localparam int ALL = ROWS * TRACES,
    localparam int ALL_BITS = ALL > 1 ? $clog2(ALL) : 1,
    localparam int TRACE_BITS = TRACES > 1 ? $clog2(TRACES) : 1,
    localparam int PE_BITS = ROWS > 1 ? $clog2(ROWS) : 1
) (
    input  logic                             clock,
    input  logic                             reset,

    // ---- change under reset only

    // a trace holds a slice: that of the trace whose number is so many times `channel_slices` less
    input  logic [ALL-1:0]                   used,
    // channel slices of a column
    input  logic [ALL_BITS:0]                channel_slices,
    // traces from this number on hold the last position slice
    input  logic [ALL_BITS-1:0]              last_from,
    // sets of sums in a trace
    input  logic [3:0]                       sets,

    // ---- of all columns of the team

    // a slice has finished its next sums in each of them
    input  logic [ALL-1:0]                   finished,
    // a MAC serves the trace in any of them
    input  logic [ALL-1:0]                   run,

    // ---- for all columns of the team

    // sums of a trace's slice were taken in the cycle before
    output logic [ALL-1:0]                   taken,
    // a trace begins no job in the next cycle
    output logic [ALL-1:0]                   hold,
    // a set of its sums is free from the next cycle but one on
    output logic [ALL-1:0]                   set_freed,
    // a trace's sums of a k are read, from the next cycle on
    output logic [LANES-1:0]                 start,
    // its PE
    output logic [LANES-1:0][PE_BITS-1:0]    start_pe,
    // its number there
    output logic [LANES-1:0][TRACE_BITS-1:0] start_trace,
    // the k's set of sums
    output logic [LANES-1:0][2:0]            start_set,
    // wanted sums
    output logic [LANES-1:0][17:0]           start_mask,
    // they are added to those in the way's buffer
    output logic [LANES-1:0]                 start_adds,

    // ---- masks of sums

    // the mask of a slice's next sums is asked for
    output logic [LANES-1:0]                 ask,
    // which slice
    output logic [LANES-1:0][ALL_BITS-1:0]   ask_slice,
    // the mask that was asked for first comes, a cycle later or more
    input  logic [LANES-1:0]                 mask_valid,
    // wanted sums
    input  logic [LANES-1:0][17:0]           mask,

    // ---- the write queue

    // a way's buffer is to be sent
    output logic [LANES-1:0]                 send_valid,
    // it is, from the next cycle on
    input  logic [LANES-1:0]                 send_ready,
    // the buffer is sent
    output logic [LANES-1:0]                 send
);
  localparam int SLICES = (ALL + LANES - 1) / LANES;

  // [way][trace] what is said of it
  logic [LANES*ALL-1:0]      holds;
  logic [LANES*ALL-1:0]      releases;
  logic [LANES*ALL-1:0]      frees;
  // [slice] its sums were taken, its sums of which none is wanted are free
  logic [SLICES*LANES-1:0]   slice_taken;
  logic [LANES-1:0][ALL-1:0] slices_free;
  logic [ALL-1:0]            slice_free;

  for (genvar l = 0; l < LANES; l++) begin : g_way
    logic [SLICES-1:0]          way_finished;
    logic [SLICES-1:0]          way_taken;
    logic [2*ALL_BITS-1:0]      held_trace;
    logic [ALL_BITS-1:0]        held_now;
    logic [ALL_BITS-1:0]        held_next;
    logic [1:0]                 way_run;
    logic                       way_hold;
    logic [ALL_BITS-1:0]        hold_trace;
    logic                       way_release;
    logic                       way_freed;
    logic [ALL_BITS-1:0]        freed_trace;
    logic                       freed_all;
    logic [ALL_BITS-1:0]        trace;
    for (genvar s = 0; s < SLICES; s++) begin : g_slice
      if (s * LANES + l < ALL) begin : g_is
        assign way_finished[s] = finished[s*LANES+l];
      end else begin : g_none
        assign way_finished[s] = 1'b0;
      end
      assign slice_taken[s*LANES+l] = way_taken[s];
    end
    assign {held_next, held_now} = held_trace;
    assign way_run = {run[held_next], run[held_now]};
    drain_control #(.ROWS(ROWS), .TRACES(TRACES), .LANES(LANES)) control (
        .clock,
        .reset,
        .lane(ALL_BITS'(l)),
        .channel_slices,
        .last_from,
        .sets,
        .finished(way_finished),
        .taken(way_taken),
        .ask(ask[l]),
        .ask_slice(ask_slice[l]),
        .mask_valid(mask_valid[l]),
        .mask(mask[l]),
        .held_trace,
        .run(way_run),
        .hold(way_hold),
        .hold_trace,
        .release_trace(way_release),
        .set_freed(way_freed),
        .freed_trace,
        .freed_all,
        .start(start[l]),
        .start_trace(trace),
        .start_set(start_set[l]),
        .start_mask(start_mask[l]),
        .start_adds(start_adds[l]),
        .send_valid(send_valid[l]),
        .send_ready(send_ready[l]),
        .send(send[l])
    );
    for (genvar z = 0; z < ALL; z++) begin : g_trace
      logic is_freed;
      assign is_freed = way_freed && freed_trace == ALL_BITS'(z);
      assign holds[l*ALL+z] = way_hold && hold_trace == ALL_BITS'(z);
      assign releases[l*ALL+z] = way_release && freed_trace == ALL_BITS'(z);
      assign frees[l*ALL+z] = is_freed && !freed_all;
      assign slices_free[l][z] = is_freed && freed_all;
    end
    always_comb begin
      start_pe[l] = '0;
      start_trace[l] = '0;
      for (int z = 0; z < ALL; z++)
        if (trace == ALL_BITS'(z)) begin
          start_pe[l] = PE_BITS'(z / TRACES);
          start_trace[l] = TRACE_BITS'(z % TRACES);
        end
    end
  end

  always_comb begin
    slice_free = '0;
    for (int l = 0; l < LANES; l++) slice_free |= slices_free[l];
  end
  logic [ALL:0] is_count;
  for (genvar i = 0; i <= ALL; i++) begin : g_count
    assign is_count[i] = channel_slices == (ALL_BITS + 1)'(i);
  end
  // trace z holds slice z, or one of those before z / 2
  for (genvar z = 0; z < ALL; z++) begin : g_holder
    logic [1:0] of_slice;
    logic       is_held;
    logic       any_hold;
    logic       any_release;
    logic       any_free;
    always_comb begin
      logic is_member;
      of_slice = {slice_free[z], slice_taken[z]};
      for (int s = 0; 2 * s < z; s++) begin
        is_member = 1'b0;
        for (int i = s + 1; i <= z - s; i++) if ((z - s) % i == 0) is_member |= is_count[i];
        of_slice |= {slice_free[s], slice_taken[s]} & {2{is_member}};
      end
      any_hold = 1'b0;
      any_release = 1'b0;
      any_free = 1'b0;
      for (int l = 0; l < LANES; l++) begin
        any_hold |= holds[l*ALL+z];
        any_release |= releases[l*ALL+z];
        any_free |= frees[l*ALL+z];
      end
    end
    assign taken[z] = used[z] && of_slice[0];
    always_ff @(posedge clock) is_held <= (any_hold || (is_held && !any_release)) && !reset;
    assign hold[z] = is_held;
    assign set_freed[z] = any_free || (used[z] && of_slice[1]);
  end
endmodule
