// Decides which columns begin a round: the balance between columns. It counts the episodes and k's that each has done.
//
// A column may begin its oldest round, once that is counted, when the slowest column has done all but SLACK of the
// episodes before, and when the k's whose accumulators the round takes have been drained.
module scheduler #(
    parameter int COLUMNS = 4,
    parameter int SLACK = 1,
    parameter int COUNTER_BITS = 24
) (
    input  logic                            clock,
    input  logic                            reset,
    // the first column of each team; the first episode in which a column has rounds, all ones where it never has
    input  logic [COLUMNS-1:0]              team_first,
    input  logic [COLUMNS*COUNTER_BITS-1:0] first_episode,
    // the oldest round of each column: whether it is counted and has not begun; what it is of, and what its end means
    input  logic [COLUMNS-1:0]              counted,
    input  logic [COLUMNS*COUNTER_BITS-1:0] episode,
    input  logic [COLUMNS*COUNTER_BITS-1:0] room,
    input  logic [COLUMNS*COUNTER_BITS-1:0] episodes_done,
    input  logic [COLUMNS*COUNTER_BITS-1:0] ks_done,
    output logic [COLUMNS-1:0]              begins,
    input  logic [COLUMNS-1:0]              ends,
    // of each team's first column: k's drained, and k's after them that have nothing to drain
    input  logic [COLUMNS*COUNTER_BITS-1:0] drained,
    input  logic [COLUMNS*COUNTER_BITS-1:0] nothing_to_drain,
    // k's that a column's team has done, and episodes that all columns have done
    output logic [COLUMNS*COUNTER_BITS-1:0] team_ks_done,
    output logic [COUNTER_BITS-1:0]         all_done
);
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] episodes;
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] ks;

  for (genvar c = 0; c < COLUMNS; c++) begin : g_column
    always_ff @(posedge clock) begin
      if (reset) begin
        episodes[c] <= first_episode[c*COUNTER_BITS+:COUNTER_BITS];
        // a column without rounds keeps no k of its team waiting
        ks[c]       <= {COUNTER_BITS{&first_episode[c*COUNTER_BITS+:COUNTER_BITS]}};
      end else if (ends[c]) begin
        episodes[c] <= episodes_done[c*COUNTER_BITS+:COUNTER_BITS];
        ks[c]       <= ks_done[c*COUNTER_BITS+:COUNTER_BITS];
      end
    end
  end

  // the slowest of ever more columns
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] slowest;
  always_comb begin
    slowest = episodes;
    for (int span = 1; span < COLUMNS; span = span * 2)
      for (int c = 0; c + span < COLUMNS; c = c + 2 * span)
        if (slowest[c+span] < slowest[c]) slowest[c] = slowest[c+span];
  end
  assign all_done = slowest[0];

  // a team has done what all of its columns have; what it has drained stands with its first column. In steps that double
  // their reach: from a team's first column to its last, and back
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] team_ks;
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] left;
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] gone;
  logic [COLUMNS-1:0][COUNTER_BITS-1:0] free;
  logic [COLUMNS-1:0]                   begun;
  logic [COLUMNS-1:0]                   ended;
  logic [COLUMNS-1:0]                   given;
  always_comb begin
    begun = team_first | COLUMNS'(1);
    given = begun;
    team_ks = ks;
    left = drained;
    for (int c = 0; c < COLUMNS; c++) begin
      ended[c] = c == COLUMNS - 1 || begun[(c+1)%COLUMNS];
      gone[c] = left[c] + nothing_to_drain[c*COUNTER_BITS+:COUNTER_BITS];
    end
    for (int span = 1; span < COLUMNS; span = span * 2)
      for (int c = COLUMNS - 1; c >= span; c--)
        if (!begun[c]) begin
          if (team_ks[c-span] < team_ks[c]) team_ks[c] = team_ks[c-span];
          begun[c] = begun[c-span];
        end
    for (int span = 1; span < COLUMNS; span = span * 2)
      for (int c = 0; c + span < COLUMNS; c++)
        if (!ended[c]) begin
          team_ks[c] = team_ks[c+span];
          ended[c] = ended[c+span];
        end
    for (int c = 0; c < COLUMNS; c++) begin
      free[c] = team_ks[c] < gone[c] ? team_ks[c] : gone[c];
      if (team_ks[c] < left[c]) free[c] = left[c];
    end
    for (int span = 1; span < COLUMNS; span = span * 2)
      for (int c = COLUMNS - 1; c >= span; c--)
        if (!given[c]) begin
          free[c] = free[c-span];
          given[c] = given[c-span];
        end
  end

  for (genvar c = 0; c < COLUMNS; c++) begin : g_begin
    assign begins[c] = counted[c]
        && episode[c*COUNTER_BITS+:COUNTER_BITS] <= all_done + COUNTER_BITS'(SLACK)
        && room[c*COUNTER_BITS+:COUNTER_BITS] <= free[c];
  end
  assign team_ks_done = team_ks;
endmodule
