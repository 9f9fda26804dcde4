// The scheduler of one stream of TensorDash: fills the lanes whose own value is zero from the two
// rows ahead.
//
// Three rows of the stream are in hand, a bit for each value that is not zero. In each cycle every
// lane takes its own value of the first row, or else the first that is left at (rows ahead, lanes
// aside) (+1,-1) (+1,0) (+1,+1) (+1,+3) (+2,-2) (+2,0) (+2,+2), lanes wrapping round. Lanes choose
// in six levels; lanes of a level have no value in common. Then the stream moves on by `advance`
// rows, which all streams in lockstep agree on.
// Idea: Mahmoud et al., TensorDash, MICRO 2020, section 3. The order of choices is that of
// `tensordash-schedule.ts`.
// Latency: a choice is at the lanes in the cycle after. Promise: what is left of the three rows is
// what `scheduleSet` leaves.
module tensordash_scheduler #(
    localparam int LANES = 16,
    localparam int ROWS = 3
) (
    input  logic                       clock,
    input  logic                       reset,
    // rows that come next, and how many of the rows in hand are done
    input  logic [ROWS-1:0][LANES-1:0] incoming,
    input  logic [1:0]                 advance,
    // rows in hand that have nothing left after this cycle
    output logic [ROWS-1:0]            done,
    // of each lane: whether it multiplies, and its choice of eight
    output logic [LANES-1:0]           take,
    output logic [LANES-1:0][2:0]      choice
);
  localparam int LEVELS = 6;
  localparam int CHOICES = 8;

  // lanes 0 5 10, 1 6 11, ... 4 9 14, 15
  function automatic logic [LANES-1:0] lanes_of(input int level);
    for (int lane = 0; lane < LANES; lane++)
      lanes_of[lane] = lane == LANES - 1 ? level == LEVELS - 1 : lane % (LEVELS - 1) == level;
  endfunction
  // how many lanes aside a choice looks, upwards
  function automatic int aside_of(input int choice_of);
    case (choice_of)
      1: aside_of = LANES - 1;
      3: aside_of = 1;
      4: aside_of = 3;
      5: aside_of = LANES - 2;
      7: aside_of = 2;
      default: aside_of = 0;
    endcase
  endfunction
  // each lane's bit becomes that of the lane `by` above it
  function automatic logic [LANES-1:0] turned(input logic [LANES-1:0] bits, input int by);
    turned = (bits >> by) | (bits << (LANES - by));
  endfunction

  logic [ROWS-1:0][LANES-1:0] rows;
  logic [ROWS-1:0][LANES-1:0] left;
  logic [LANES-1:0]           next_row;
  logic [LANES-1:0]           row_after;
  logic [LANES-1:0]           taken;
  logic [LANES-1:0]           hit;
  logic [LANES-1:0][2:0]      chosen;

  always_comb begin
    // own values first: nobody else takes them
    taken     = rows[0];
    next_row  = rows[1];
    row_after = rows[2];
    chosen    = '0;
    hit       = '0;
    for (int level = 0; level < LEVELS; level++)
      for (int c = 1; c < CHOICES; c++) begin
        hit = lanes_of(level) & ~taken & turned(c < 5 ? next_row : row_after, aside_of(c));
        taken = taken | hit;
        if (c < 5) next_row = next_row & ~turned(hit, (LANES - aside_of(c)) % LANES);
        else row_after = row_after & ~turned(hit, (LANES - aside_of(c)) % LANES);
        for (int lane = 0; lane < LANES; lane++)
          chosen[lane] = chosen[lane] | ({3{hit[lane]}} & 3'(c));
      end
    left = {row_after, next_row, LANES'(0)};
  end
  for (genvar r = 0; r < ROWS; r++) begin : g_done
    assign done[r] = left[r] == '0;
  end

  always_ff @(posedge clock) begin
    if (reset) rows <= '0;
    else if (advance == 2'd1) rows <= {incoming[0], left[2], left[1]};
    else if (advance == 2'd2) rows <= {incoming[1], incoming[0], left[2]};
    else if (advance == 2'd3) rows <= incoming;
    else rows <= left;
  end
  always_ff @(posedge clock) take <= reset ? '0 : taken;
  always_ff @(posedge clock) choice <= chosen;
endmodule
