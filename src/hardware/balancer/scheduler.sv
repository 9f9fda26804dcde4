// Decides which rounds pass and which begin: between columns, by slack, and by room in the accumulators. Combinational
// but for what it counts: episodes and k's that each column has done.
//
// A column may begin a round of an episode when the slowest column has done all but SLACK of the episodes before, and
// when the k's whose accumulators the round takes have been drained. A round without pairs passes in no time, and what
// waits for it may go on in the same cycle; so passing is worked out in PASSES steps, in each of which every column may
// pass a round.
module scheduler #(
    parameter int COLUMNS = 4,
    parameter int SLACK = 1,
    parameter int PASSES = 6,
    parameter int COUNTER_BITS = 24
) (
    input  logic                                clock,
    input  logic                                reset,
    // the first column of each team; the first episode in which a column has rounds
    input  logic [COLUMNS-1:0]                  team_first,
    input  logic [COLUMNS*COUNTER_BITS-1:0]     first_episode,
    // the three oldest rounds of each column
    input  logic [COLUMNS-1:0]                  running,
    input  logic [COLUMNS*3-1:0]                counted,
    input  logic [COLUMNS*3-1:0]                empty,
    input  logic [COLUMNS*3*COUNTER_BITS-1:0]   episode,
    input  logic [COLUMNS*3*COUNTER_BITS-1:0]   room,
    input  logic [COLUMNS*3*COUNTER_BITS-1:0]   episodes_done,
    input  logic [COLUMNS*3*COUNTER_BITS-1:0]   ks_done,
    input  logic [COLUMNS-1:0]                  ends,
    output logic [COLUMNS*2-1:0]                passed,
    output logic [COLUMNS-1:0]                  begins,
    // of each team's first column: k's drained, and k's after them that have nothing to drain
    input  logic [COLUMNS*COUNTER_BITS-1:0]     drained,
    input  logic [COLUMNS*COUNTER_BITS-1:0]     nothing_to_drain,
    // k's that a column's team has done, and episodes that all columns have done
    output logic [COLUMNS*COUNTER_BITS-1:0]     team_ks_done,
    output logic [COUNTER_BITS-1:0]             all_done
);
  logic [COUNTER_BITS-1:0] episodes_before[COLUMNS];
  logic [COUNTER_BITS-1:0] ks_before      [COLUMNS];

  logic [COUNTER_BITS-1:0] episodes [COLUMNS];
  logic [COUNTER_BITS-1:0] ks       [COLUMNS];
  logic [COUNTER_BITS-1:0] team_ks  [COLUMNS];
  logic [COUNTER_BITS-1:0] free     [COLUMNS];
  logic [COUNTER_BITS-1:0] slowest;
  logic [1:0]              pass     [COLUMNS];
  logic                    may      [COLUMNS];
  logic [COUNTER_BITS-1:0] without;

  always_comb begin
    slowest = '0;
    without = '0;
    for (int c = 0; c < COLUMNS; c++) begin
      pass[c] = 2'd0;
      may[c] = 1'b0;
      episodes[c] = episodes_before[c];
      ks[c] = ks_before[c];
      team_ks[c] = '0;
      free[c] = '0;
    end
    for (int step = 0; step <= PASSES; step++) begin
      slowest = episodes[0];
      for (int c = 1; c < COLUMNS; c++) if (episodes[c] < slowest) slowest = episodes[c];
      // a team has done what all of its columns have; what it has drained stands with its first column
      for (int c = 0; c < COLUMNS; c++) begin
        team_ks[c] = ks[c];
        if (c > 0 && !team_first[c] && team_ks[c-1] < ks[c]) team_ks[c] = team_ks[c-1];
      end
      for (int c = COLUMNS - 2; c >= 0; c--) if (!team_first[c+1]) team_ks[c] = team_ks[c+1];
      for (int c = 0; c < COLUMNS; c++) begin
        without = drained[c*COUNTER_BITS+:COUNTER_BITS] + nothing_to_drain[c*COUNTER_BITS+:COUNTER_BITS];
        if (c > 0 && !team_first[c]) free[c] = free[c-1];
        else if (team_ks[c] < drained[c*COUNTER_BITS+:COUNTER_BITS]) free[c] = drained[c*COUNTER_BITS+:COUNTER_BITS];
        else free[c] = team_ks[c] < without ? team_ks[c] : without;
      end
      for (int c = 0; c < COLUMNS; c++) begin
        may[c] = 1'b0;
        if (!running[c] && pass[c] != 2'd3)
          may[c] = counted[c*3+int'(pass[c])]
              && episode[(c*3+int'(pass[c]))*COUNTER_BITS+:COUNTER_BITS] <= slowest + COUNTER_BITS'(SLACK)
              && room[(c*3+int'(pass[c]))*COUNTER_BITS+:COUNTER_BITS] <= free[c];
        if (step < PASSES && may[c] && empty[c*3+int'(pass[c])]) begin
          episodes[c] = episodes_done[(c*3+int'(pass[c]))*COUNTER_BITS+:COUNTER_BITS];
          ks[c] = ks_done[(c*3+int'(pass[c]))*COUNTER_BITS+:COUNTER_BITS];
          pass[c] = pass[c] + 2'd1;
        end
      end
    end
  end

  assign all_done = slowest;
  for (genvar c = 0; c < COLUMNS; c++) begin : g_column
    logic [1:0] at;
    assign at = running[c] ? 2'd0 : pass[c];
    assign passed[c*2+:2] = pass[c];
    assign begins[c] = may[c] && !empty[c*3+int'(pass[c])];
    assign team_ks_done[c*COUNTER_BITS+:COUNTER_BITS] = team_ks[c];
    always_ff @(posedge clock) begin
      if (reset) begin
        episodes_before[c] <= first_episode[c*COUNTER_BITS+:COUNTER_BITS];
        ks_before[c]       <= '0;
      end else if (ends[c]) begin
        episodes_before[c] <= episodes_done[(c*3+int'(at))*COUNTER_BITS+:COUNTER_BITS];
        ks_before[c]       <= ks_done[(c*3+int'(at))*COUNTER_BITS+:COUNTER_BITS];
      end else begin
        episodes_before[c] <= episodes[c];
        ks_before[c]       <= ks[c];
      end
    end
  end
endmodule
