// Adds up what the columns of a team drain, lane by lane, from the first column to the last.
// Column c's sums wait c cycles for those of the columns before. Only a team's last column has valid totals.
// Latency: column + 1 cycles.
module team_adder #(
    parameter int FORMAT = 2,
    parameter int COLUMNS = 4,
    parameter int LANES = 4
) (
    input  logic                        clock,
    input  logic                        reset,
    input  logic [COLUMNS-1:0]          team_first,
    input  logic [COLUMNS*LANES-1:0]    lane,
    input  logic [COLUMNS*LANES*32-1:0] sum,
    output logic [COLUMNS*LANES-1:0]    total_valid,
    output logic [COLUMNS*LANES*32-1:0] total
);
  for (genvar c = 0; c < COLUMNS; c++) begin : g_column
    logic [LANES-1:0]    kept_lane;
    logic [LANES*32-1:0] kept_sum;
    logic                last;
    delay #(.WIDTH(LANES), .CYCLES(c)) lanes_wait (.clock, .reset, .now(lane[c*LANES+:LANES]), .later(kept_lane));
    delay #(.WIDTH(LANES * 32), .CYCLES(c), .RESET(0)) sums_wait (
        .clock, .reset, .now(sum[c*LANES*32+:LANES*32]), .later(kept_sum)
    );

    if (c == COLUMNS - 1) begin : g_end
      assign last = 1'b1;
    end else begin : g_inner
      assign last = team_first[c+1];
    end
    always_ff @(posedge clock) total_valid[c*LANES+:LANES] <= reset || !last ? '0 : kept_lane;

    if (c == 0) begin : g_first
      always_ff @(posedge clock) total[0+:LANES*32] <= kept_sum;
      logic unused;
      assign unused = team_first[0];
    end else begin : g_add
      for (genvar i = 0; i < LANES; i++) begin : g_lane
        logic [31:0] added;
        adder #(.FORMAT(FORMAT)) add (
            .a(total[((c-1)*LANES+i)*32+:32]), .b(kept_sum[i*32+:32]), .sum(added)
        );
        always_ff @(posedge clock)
          total[(c*LANES+i)*32+:32] <= team_first[c] ? kept_sum[i*32+:32] : added;
      end
    end
  end
endmodule
