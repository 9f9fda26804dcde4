// Says when a column's next list is asked for: it is in the global buffer, and the column has room
// for it.
//
// Lists are asked for in their order, eight at most ahead of the column's slowest trace. Those that
// were asked for and that not all traces are done with, as long as the longest sequence of each,
// fit what a sequence has of a list memory; one alone is always asked for.
//
// Cycles: `ask` in the cycle of `there`, one list a cycle; `list_done` makes room for the next
// cycle. `ask` hangs on `there` and `words` in the same cycle, so these must not hang on `ask`.
//
// Rules:
// - what is in the global buffer stays there, and its words are the same, until it is asked for;
// - a list is no longer than what a sequence has of a list memory;
// - traces are done with lists that were asked for;
// - what changes under reset only does not change else.
module list_request #(
    // words of a PE's list memory
    parameter int LIST_WORDS = 64,
    localparam int HELD_BITS = LIST_WORDS > 31 ? $clog2(LIST_WORDS + 1) : 5
) (
    input  logic       clock,
    input  logic       reset,

    // a list memory is shared by 1, 2 or 4 sequences of lists, as a power of two; changes under
    // reset only
    input  logic [1:0] shares_log,

    // the column's next list is in the global buffer
    input  logic       there,
    // words of its longest sequence
    input  logic [4:0] words,
    // it is asked for
    output logic       ask,
    // all traces are done with one list more
    input  logic       list_done
);
  // [number modulo 8]
  logic [7:0][4:0]      lengths;
  logic [2:0]           first;
  logic [2:0]           behind;
  logic [3:0]           count;
  logic [HELD_BITS-1:0] held;
  logic [HELD_BITS:0]   holds;
  logic [HELD_BITS:0]   all;
  logic                 fits;
  assign all = (HELD_BITS + 1)'(LIST_WORDS) >> shares_log;
  assign holds = {1'b0, held} + (HELD_BITS + 1)'(words);
  assign fits = holds <= all || count == '0;
  assign ask = there && fits && !count[3];
  always_ff @(posedge clock) begin
    if (ask) lengths[behind] <= words;
    behind <= behind + 3'(ask);
    first <= first + 3'(list_done);
    count <= count + 4'(ask) - 4'(list_done);
    held <= (ask ? holds[HELD_BITS-1:0] : held)
        - (list_done ? HELD_BITS'(lengths[first]) : '0);
    if (reset) begin
      behind <= '0;
      first <= '0;
      count <= '0;
      held <= '0;
    end
  end

`ifdef ASSERTIONS
  logic       waits;
  logic [4:0] waiting;
  logic [1:0] had_shares;
  always @(posedge clock) begin
    waits <= there && !ask && !reset;
    waiting <= words;
    had_shares <= shares_log;
    if (!reset) begin
      assert (shares_log == had_shares)
        else $fatal(1, "list_request: shares change not under reset");
      assert (!there || (HELD_BITS + 1)'(words) <= all)
        else $fatal(1, "list_request: a list longer than its part of the memory");
      assert (!waits || (there && words == waiting))
        else $fatal(1, "list_request: a list goes that was not asked for");
      assert (!list_done || count != '0)
        else $fatal(1, "list_request: done with a list that was not asked for");
    end
  end
`endif
endmodule
