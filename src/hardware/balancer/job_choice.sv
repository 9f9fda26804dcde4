// Which MAC serves which trace. Decisions are made from registers in one cycle; only whether a MAC
// is free comes late.
//
// A MAC may be free at the end of this cycle if it serves nothing, or the last tile of a job: for
// it a choice is made in any case, and holds if its job ends in this cycle. Where there is nothing
// to choose it stays with its trace, whose next job then goes on in the next cycle. A PE offers
// what would be left if its own MACs chose at home, so no choice waits for a neighbour's. `left` is
// the PE whose traces MAC 0 may serve, `right` the one of MAC 1.
module job_choice (
    input  logic            clock,
    input  logic            reset,
    // own traces: a job can begin or go on
    input  logic [2:0]      ready,
    // index of the job, modulo 16
    input  logic [2:0][3:0] behind,
    // the job is at its last tile
    input  logic [2:0]      last_tile,
    // the job ends with this cycle
    input  logic [2:0]      ends,
    // a MAC serves the trace
    output logic [2:0]      run,
    // what this PE offers: {there is one, index of its job}
    output logic [4:0]      offer,
    // what the neighbours offer
    input  logic [4:0]      left_offer,
    input  logic [4:0]      right_offer,
    // this PE takes what the neighbour offers
    output logic            take_left,
    output logic            take_right,
    // the neighbour takes what this one offers
    input  logic            left_takes,
    input  logic            right_takes,
    // the right neighbour does not get what it takes, since the left one takes it, too
    output logic            refuse_right,
    // the left neighbour says so to this PE
    input  logic            left_refuses,
    // of the own trace that a neighbour serves: {ready, last tile, ends}
    output logic [2:0]      state_left,
    output logic [2:0]      state_right,
    // of the neighbour's trace that is served here
    input  logic [2:0]      left_state,
    input  logic [2:0]      right_state,
    // what a MAC takes, one-hot: own trace 0, 1, 2, the neighbour's
    output logic [1:0][3:0] take,
    // own trace that goes to a neighbour, one-hot
    output logic [2:0]      to_left,
    output logic [2:0]      to_right
);
  // ---- who may be free

  logic [1:0] may;
  logic [1:0] free;
  assign state_left = {|(to_left & ready), |(to_left & last_tile), |(to_left & ends)};
  assign state_right = {|(to_right & ready), |(to_right & last_tile), |(to_right & ends)};
  for (genvar m = 0; m < 2; m++) begin : g_mac
    logic [2:0] state;
    logic [2:0] own;
    assign own = take[m][2:0];
    assign state = {|(own & ready), |(own & last_tile), |(own & ends)}
        | ((m == 0 ? left_state : right_state) & {3{take[m][3]}});
    // what serves nothing has no trace that is ready
    assign may[m] = !state[2] || state[1];
    assign free[m] = !state[2] || state[0];
  end

  // ---- own traces from the one farthest behind on

  logic [2:0] there;
  logic       before01;
  logic       before02;
  logic       before12;
  logic [2:0] first;
  logic [2:0] second;
  logic [2:0] third;
  function automatic logic is_behind(input logic [3:0] a, input logic [3:0] b);
    logic [3:0] ahead;
    ahead = a - b;
    is_behind = ahead[3];
  endfunction
  // by two jobs at least
  function automatic logic is_far_behind(input logic [3:0] a, input logic [3:0] b);
    logic [3:0] ahead;
    ahead = a - b;
    is_far_behind = ahead[3] && !(&ahead);
  endfunction
  function automatic logic [3:0] index_of(input logic [2:0] which, input logic [11:0] all);
    index_of = (all[3:0] & {4{which[0]}}) | (all[7:4] & {4{which[1]}})
        | (all[11:8] & {4{which[2]}});
  endfunction
  assign run = take[0][2:0] | take[1][2:0] | to_left | to_right;
  assign there = ready & ~run;
  // one that is not there is behind none
  assign before01 = there[0] && (!there[1] || !is_behind(behind[1], behind[0]));
  assign before02 = there[0] && (!there[2] || !is_behind(behind[2], behind[0]));
  assign before12 = there[1] && (!there[2] || !is_behind(behind[2], behind[1]));
  assign first = there
      & {!before02 && !before12, !before01 && before12, before01 && before02};
  assign third = there
      & {before02 && before12, before01 && !before12, !before01 && !before02};
  assign second = there & ~first & ~third;

  // ---- choices

  logic [2:0] offered;
  logic [2:0] own0;
  logic [2:0] own1;
  logic       abroad0;
  logic       abroad1;
  logic       change0;
  logic       change1;
  assign offered = &may ? third : |may ? second : first;
  assign offer = {|offered, index_of(offered, behind)};
  assign own0 = first;
  assign own1 = may[0] ? second : first;
  // a pair takes energy on its way: a neighbour's trace must be two jobs farther behind
  assign abroad0 = left_offer[4]
      && (own0 == '0 || is_far_behind(left_offer[3:0], index_of(own0, behind)));
  assign abroad1 = right_offer[4]
      && (own1 == '0 || is_far_behind(right_offer[3:0], index_of(own1, behind)));
  assign take_left = abroad0 && free[0];
  assign take_right = abroad1 && free[1];
  assign refuse_right = left_takes;
  assign change0 = free[0] && (abroad0 ? !left_refuses : |own0);
  assign change1 = free[1] && (abroad1 || |own1);

  // they change seldom, and have one clock gate together
  logic back_left;
  logic back_right;
  assign back_left = |to_left && (state_left[0] || !state_left[2]);
  assign back_right = |to_right && (state_right[0] || !state_right[2]);
  always_ff @(posedge clock)
    if (change0 || change1 || left_takes || right_takes || back_left || back_right || reset) begin
      take[0] <= (change0 ? (abroad0 ? 4'b1000 : {1'b0, own0}) : take[0]) & {4{!reset}};
      take[1] <= (change1 ? (abroad1 ? 4'b1000 : {1'b0, own1}) : take[1]) & {4{!reset}};
      // it comes back when the neighbour's MAC is free, whatever that does then
      to_left <= ((offered & {3{left_takes}}) | (to_left & {3{!left_takes && !back_left}}))
          & {3{!reset}};
      to_right <= ((offered & {3{right_takes && !left_takes}})
          | (to_right & {3{(!right_takes || left_takes) && !back_right}})) & {3{!reset}};
    end
endmodule
