// Gathers in a column which channel slices have finished sums that have not been taken: all traces
// that hold a slice are done with the last list of a k.
//
// A trace is done with the lists before `next`; while a MAC serves it, from the second cycle on,
// with all but one of them. Traces that hold no slice free their sets of sums themselves.
//
// Cycles: `finished` two cycles after the last trace of a slice was done; `free`, `done` and
// `done_lists` a cycle after.
//
// Rules:
// - eight lists at most have come that a trace has not begun, as in `column`;
// - eight sums at most are finished in a trace and not taken;
// - `taken` is of traces whose slice has finished sums;
// - what changes under reset only does not change else.
module finished_sums #(
    parameter int ROWS = 8,
    parameter int TRACES = 3,
    localparam int ALL = ROWS * TRACES,
    localparam int ALL_BITS = ALL > 1 ? $clog2(ALL) : 1
) (
    input  logic                           clock,
    input  logic                           reset,

    // ---- change under reset only

    // a trace holds a slice: that of the trace whose number is so many times `channel_slices` less
    input  logic [ALL-1:0]                 used,
    // channel slices of the column
    input  logic [ALL_BITS:0]              channel_slices,

    // ---- lists, as `column` has them

    // all words of the next list have come, the last of them in this cycle
    input  logic                           list_comes,
    // sums end with it
    input  logic                           comes_last,
    // number of each trace's next list, modulo 16
    input  logic [ALL-1:0][3:0]            next,
    // a MAC serves the trace
    input  logic [ALL-1:0]                 run,
    // a trace was done with one list more in the cycle before
    output logic [ALL-1:0]                 done,
    // lists that it was done with then, modulo 16
    output logic [ALL-1:0][3:0]            done_lists,

    // ---- sums

    // a slice has finished its next sums
    output logic [ALL-1:0]                 finished,
    // sums of a trace's slice were taken in the cycle before
    input  logic [ALL-1:0]                 taken,
    // a trace that holds no slice has finished sums: their set is free
    output logic [ALL-1:0]                 free
);
  // ---- [number of the list behind it, modulo 8] whether sums end with a list

  logic [2:0] behind;
  logic [7:0] last;
  always_ff @(posedge clock) begin
    if (list_comes) last[behind] <= comes_last;
    if (list_comes || reset) behind <= reset ? 3'd1 : behind + 3'd1;
  end

  // ---- traces

  logic [ALL-1:0] has;
  for (genvar z = 0; z < ALL; z++) begin : g_trace
    logic       was_run;
    logic       was_odd;
    logic       is_at_work;
    logic       is_last;
    logic       done_odd;
    logic       is_done;
    logic       ends;
    logic [3:0] count;
    // in the cycle before
    assign is_at_work = was_run && next[z][0] == was_odd;
    // it was done with one list more than before
    assign is_done = (was_odd ^ is_at_work) != done_odd;
    assign done[z] = is_done;
    assign done_lists[z] = next[z] - 4'(was_run || next[z][0] != was_odd);
    assign ends = is_done && is_last;
    assign free[z] = ends && !used[z];
    assign has[z] = ends || (taken[z] ? count > 4'd1 : count != '0);
    always_ff @(posedge clock) begin
      was_run <= run[z] && !reset;
      was_odd <= next[z][0] && !reset;
      if (next[z][0] != was_odd) is_last <= last[next[z][2:0]];
      done_odd <= (was_odd ^ is_at_work) && !reset;
      if (ends && !taken[z] && used[z]) count <= count + 4'd1;
      else if (!ends && taken[z]) count <= count - 4'd1;
      if (reset) count <= '0;
    end

`ifdef ASSERTIONS
    always @(posedge clock)
      if (!reset) begin
        assert (!taken[z] || count != '0)
          else $fatal(1, "finished_sums: sums are taken that a trace has not finished");
        assert (count <= 4'd8) else $fatal(1, "finished_sums: more finished sums than sets");
      end
`endif
  end

  // ---- slices: s is held by trace s, and of those behind it by none before 2 s + 1

  logic [ALL:0] is_count;
  for (genvar i = 0; i <= ALL; i++) begin : g_count
    assign is_count[i] = channel_slices == (ALL_BITS + 1)'(i);
  end
  for (genvar s = 0; s < ALL; s++) begin : g_slice
    logic [ALL-1:0] waits;
    for (genvar z = 0; z < ALL; z++) begin : g_holder
      if (z == s) begin : g_first
        assign waits[z] = channel_slices <= (ALL_BITS + 1)'(s) || !has[z];
      end else if (z > 2 * s) begin : g_other
        logic is_held;
        always_comb begin
          is_held = 1'b0;
          for (int i = s + 1; i <= z - s; i++) if ((z - s) % i == 0) is_held |= is_count[i];
        end
        assign waits[z] = used[z] && is_held && !has[z];
      end else begin : g_none
        assign waits[z] = 1'b0;
      end
    end
    always_ff @(posedge clock) finished[s] <= waits == '0 && !reset;
  end

`ifdef ASSERTIONS
  logic [ALL-1:0]    were_used;
  logic [ALL_BITS:0] had_slices;
  always @(posedge clock) begin
    were_used <= used;
    had_slices <= channel_slices;
  end
  always @(posedge clock)
    if (!reset)
      assert (used == were_used && channel_slices == had_slices)
        else $fatal(1, "finished_sums: slices change not under reset");
`endif
endmodule
