// When a trace goes on: whether its next list's work can begin, passes lists in which there is
// nothing to do, and asks for the next chunk.
//
// Rules:
// - lists are worked on, or passed, in their order, one a cycle at most;
// - a chunk becomes active after all lists of the one before, when it has come and its first list
//   has;
// - sums that begin have a set of their own;
// - a trace that is held begins and passes nothing.
module trace_pace #(
    // chunks are numbered modulo 2^EPISODE_BITS, lists' episodes modulo 4
    parameter int EPISODE_BITS = 2
) (
    input  logic                    clock,
    input  logic                    reset,
    // sets of sums
    input  logic [3:0]              sets,
    // number of the list behind the last one that is in the memory, modulo 16
    input  logic [3:0]              lists_in,
    // episode of the last chunk that has come
    input  logic [EPISODE_BITS-1:0] chunks_there,
    // the next chunk has row words
    input  logic                    chunk_full,
    // number of the next list, modulo 16
    output logic [3:0]              next,
    // its episode, modulo 4
    input  logic [1:0]              next_episode,
    // its sums begin with it
    input  logic                    next_first,
    // begins no work in the next cycle
    input  logic                    hold,
    // a set of sums is free from the next cycle but one on
    input  logic                    set_freed,
    // number of the list that is read, modulo 16
    input  logic [3:0]              read_index,
    // there is a list that is looked at
    input  logic                    active,
    // its number, modulo 16
    input  logic [3:0]              index,
    // there is a list at work that has not begun
    input  logic                    work_fresh,
    // number of the list at work, modulo 16
    input  logic [3:0]              work_index,
    // what is looked at goes to work with this cycle, as the first tile of its list
    input  logic                    enters,
    // it would if the work ends with this cycle
    input  logic                    can_follow,
    // a MAC serves the trace
    input  logic                    run,
    // work can begin in the next cycle
    output logic                    ready,
    // it can if the work ends with this cycle
    output logic                    next_ready,
    // work begins in this cycle
    output logic                    begins,
    // the next chunk's row words are asked for from this cycle on
    output logic                    activate,
    // the last of them comes
    input  logic                    activated,
    // episode of the active chunk, or of the one that becomes it
    output logic [EPISODE_BITS-1:0] episode,
    // it has row words
    output logic                    active_full,
    // its row words are there
    output logic                    chunk_active
);
  logic [3:0] sets_used;
  logic       activating;
  logic       may;
  logic       empty;
  logic       pass;
  logic       begins_sums;

  assign chunk_active = !activating;
  // the next chunk is that of the list: all before are done
  assign activate = !run && !activating && next != lists_in && next_episode != episode[1:0]
      && chunks_there != episode;
  assign may = next != lists_in && next_episode == episode[1:0] && !activating && !hold
      && (!next_first || sets_used != sets);
  assign empty = read_index != next && !(active && index == next)
      && !(work_fresh && work_index == next);
  assign pass = may && !run && empty;
  assign ready = may && !run && ((work_fresh && work_index == next) || (enters && index == next));
  assign next_ready = may && can_follow && index == next;
  assign begins = run && work_fresh;
  assign begins_sums = (begins || pass) && next_first;

  always_ff @(posedge clock) begin
    if (begins || pass || reset) next <= reset ? '0 : next + 4'd1;
    if (begins_sums != set_freed || reset)
      sets_used <= reset ? '0 : begins_sums ? sets_used + 4'd1 : sets_used - 4'd1;
    if (activate || reset) episode <= reset ? '1 : episode + EPISODE_BITS'(1);
    if (activate || reset) active_full <= !reset && chunk_full;
    if (activate || activated || reset) activating <= !reset && activate && chunk_full;
  end

`ifdef ASSERTIONS
  logic held;
  always @(posedge clock) held <= hold;
  always @(posedge clock)
    if (!reset) begin
      assert (!(set_freed && sets_used == '0))
      else $fatal(1, "trace_pace: a set freed that is free");
      assert (!(begins && next != work_index)) else $fatal(1, "trace_pace: work out of turn");
      assert (!(activate && (run || next == lists_in)))
      else $fatal(1, "trace_pace: a chunk becomes active before its list has come");
      assert (!(begins_sums && sets_used == sets))
      else $fatal(1, "trace_pace: sums begin without a set");
      assert (!(begins && held)) else $fatal(1, "trace_pace: work begins in a trace that is held");
      assert (!(run && activating)) else $fatal(1, "trace_pace: served while its chunk comes");
    end
`endif
endmodule
