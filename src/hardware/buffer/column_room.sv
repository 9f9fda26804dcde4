// Says what a column has come to have room for: lists, as all of its traces are done with one
// more, and chunks of each row of PEs.
//
// A trace is done with an episode when it is done with the episode's last list. A chunk that is
// asked for takes a place at once. A trace that is done with the last list of all never stands in
// the way of chunks again, nor do traces of a column that gets no lists.
//
// Cycles: `list_done` and `room` two cycles after a trace was done with a list; `room` two cycles
// after a chunk was asked for.
//
// Rules:
// - eight lists at most have come that not all traces are done with;
// - a chunk is asked for where there is room for it;
// - a trace is done with an episode whose chunk was asked for;
// - what changes under reset only does not change else.
module column_room #(
    parameter int ROWS = 8,
    parameter int TRACES = 3,
    // places for chunks in a trace
    parameter int CHUNKS = 3,
    localparam int ALL = ROWS * TRACES,
    localparam int HELD_BITS = $clog2(CHUNKS + 1)
) (
    input  logic                clock,
    input  logic                reset,

    // the column gets lists in this layer; changes under reset only
    input  logic                has_lists,

    // ---- lists

    // all words of the next list have come, the last of them in this cycle, as in `column`
    input  logic                list_comes,
    // an episode ends with it
    input  logic                comes_ends,
    // no list comes behind it
    input  logic                comes_final,
    // a trace was done with one list more in the cycle before
    input  logic [ALL-1:0]      done,
    // lists that it was done with then, modulo 16
    input  logic [ALL-1:0][3:0] done_lists,
    // all traces were done with one list more two cycles before
    output logic                list_done,

    // ---- chunks

    // the next chunks of a row of PEs are asked for
    input  logic [ROWS-1:0]     chunk_ask,
    // there is a place for those after them in all of its traces
    output logic [ROWS-1:0]     room
);
  // ---- [number of the list behind it, modulo 8] whether an episode, or all, ends with a list

  logic [2:0] behind;
  logic [7:0] ends;
  logic [7:0] final_list;
  always_ff @(posedge clock) begin
    if (list_comes) begin
      ends[behind] <= comes_ends;
      final_list[behind] <= comes_final;
    end
    if (list_comes || reset) behind <= reset ? 3'd1 : behind + 3'd1;
  end

  // ---- lists: the slowest trace is done with one more in a cycle at most

  logic [3:0]     oldest;
  logic [ALL-1:0] is_behind;
  always_ff @(posedge clock) begin
    list_done <= is_behind == '0 && !reset;
    if (is_behind == '0 || reset) oldest <= reset ? '0 : oldest + 4'd1;
  end

  // ---- chunks

  logic [ROWS-1:0] asked;
  logic [ALL-1:0]  lacks;
  always_ff @(posedge clock) asked <= chunk_ask & {ROWS{!reset}};
  for (genvar z = 0; z < ALL; z++) begin : g_trace
    logic                 is_through;
    logic                 goes_through;
    logic [HELD_BITS-1:0] held;
    logic [HELD_BITS-1:0] holds;
    assign is_behind[z] = done_lists[z] == oldest;
    assign goes_through = is_through || (done[z] && final_list[done_lists[z][2:0]]);
    assign holds = held + HELD_BITS'(asked[z/TRACES])
        - HELD_BITS'(done[z] && ends[done_lists[z][2:0]]);
    assign lacks[z] = holds == HELD_BITS'(CHUNKS) && !goes_through;
    always_ff @(posedge clock) begin
      is_through <= reset ? !has_lists : goes_through;
      held <= holds & {HELD_BITS{!reset}};
    end

`ifdef ASSERTIONS
    always @(posedge clock)
      if (!reset && !is_through) begin
        assert (!asked[z/TRACES] || held != HELD_BITS'(CHUNKS))
          else $fatal(1, "column_room: a chunk is asked for that has no place");
        assert (!done[z] || !ends[done_lists[z][2:0]] || held != '0)
          else $fatal(1, "column_room: an episode ends whose chunk was not asked for");
      end
`endif
  end
  for (genvar r = 0; r < ROWS; r++) begin : g_row
    always_ff @(posedge clock) room[r] <= lacks[r*TRACES+:TRACES] == '0 && !reset;
  end

`ifdef ASSERTIONS
  // lists of which it is not known that all traces are done with them
  logic [3:0] come;
  logic       had_lists;
  always @(posedge clock) begin
    come <= reset ? '0 : come + 4'(list_comes) - 4'(is_behind == '0);
    had_lists <= has_lists;
    if (!reset) begin
      assert (come <= 4'd8) else $fatal(1, "column_room: more than eight lists ahead");
      assert (has_lists == had_lists)
        else $fatal(1, "column_room: has_lists changes not under reset");
    end
  end
`endif
endmodule
