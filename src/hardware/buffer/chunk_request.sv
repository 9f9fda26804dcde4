// Says when the next chunks of a row of PEs are asked for: they are in the global buffer, and the
// row has room for them in all columns.
//
// Cycles: `ask` in the cycle of `there`; `room` counts from the next cycle on. What was asked for
// is in `room` two cycles later, so that a row asks in every third cycle at most. `ask` hangs on
// `there` in the same cycle, so `there` must not hang on `ask`.
//
// Rules:
// - what is in the global buffer stays there until it is asked for.
module chunk_request #(
    parameter int COLUMNS = 4
) (
    input  logic               clock,
    input  logic               reset,
    // a column has room for the row's next chunk
    input  logic [COLUMNS-1:0] room,
    // the row's next chunks are in the global buffer
    input  logic               there,
    // they are asked for
    output logic               ask
);
  logic all_room;
  logic asked;
  logic asked_before;
  assign ask = there && all_room && !asked && !asked_before;
  always_ff @(posedge clock) begin
    all_room <= room == '1 && !reset;
    asked <= ask && !reset;
    asked_before <= asked && !reset;
  end

`ifdef ASSERTIONS
  logic waits;
  always @(posedge clock) begin
    waits <= there && !ask && !reset;
    if (!reset)
      assert (!waits || there)
        else $fatal(1, "chunk_request: chunks go that were not asked for");
  end
`endif
endmodule
