// Which MAC serves which trace: all choices of a cycle begin jobs in the next one.
//
// Each of two traces has the MAC of its number, and nothing is offered. Of three a PE keeps one
// that can begin for each of its MACs that are free then, the farthest behind for MAC 0, and offers
// the next one to its neighbours. A MAC takes what is kept for it, unless nothing is, or its
// neighbour's offer is two jobs farther behind: then it asks for that. `left` is the PE whose
// traces MAC 0 may serve, `right` the one of MAC 1; of two who ask the left one gets it. Who asks
// in vain takes nothing in this cycle.
//
// That a job ends comes late in a cycle; all else is in registers at its beginning.
//
// Rules:
// - a trace that is served is not ready, and the job of one that is not served does not end;
// - a neighbour asks for what is offered;
// - a neighbour's job ends where a MAC of this PE serves it.
module job_choice #(
    parameter int TRACES = 3
) (
    input  logic                   clock,
    input  logic                   reset,
    // constant in a layer: MACs serve neighbours, too
    input  logic                   help,
    // own traces: no MAC serves it, and a job can begin in the next cycle
    input  logic [TRACES-1:0]      ready,
    // one can if its job ends with this cycle
    input  logic [TRACES-1:0]      next_ready,
    // number of that job, modulo 16
    input  logic [TRACES-1:0][3:0] next,
    // the job ends with this cycle
    input  logic [TRACES-1:0]      ends,
    // a MAC serves the trace
    output logic [TRACES-1:0]      run,
    // what this PE offers: {there is one, number of its job}
    output logic [4:0]             offer,
    // what the left neighbour offers, in the same form
    input  logic [4:0]             left_offer,
    // what the right neighbour offers
    input  logic [4:0]             right_offer,
    // this PE asks for what the left neighbour offers
    output logic                   ask_left,
    // it asks for what the right one offers
    output logic                   ask_right,
    // the left neighbour asks for what this PE offers
    input  logic                   left_asks,
    // the right one asks for it
    input  logic                   right_asks,
    // the right neighbour does not get what it asks for, since the left one asks, too
    output logic                   refuse_right,
    // the left neighbour says so to this PE
    input  logic                   left_refuses,
    // the job of the own trace that the left neighbour serves ends with this cycle
    output logic                   ends_left,
    // of the one that the right one serves
    output logic                   ends_right,
    // the job of the left neighbour's trace that is served here ends with this cycle
    input  logic                   left_ends,
    // of the right one
    input  logic                   right_ends,
    // what a MAC serves, one-hot: an own trace, from trace 0 on, or the neighbour's
    output logic [1:0][TRACES:0]   take,
    // own trace that the left neighbour serves, one-hot
    output logic [TRACES-1:0]      to_left,
    // the one that the right neighbour serves, one-hot
    output logic [TRACES-1:0]      to_right
);
  localparam bit RING = TRACES > 2;

  // ---- who is free, which traces can begin

  logic [1:0]        free;
  logic [TRACES-1:0] there;
  logic [1:0]        neighbour_ends;
  assign neighbour_ends = {right_ends, left_ends};
  assign ends_left = |(to_left & ends);
  assign ends_right = |(to_right & ends);
  for (genvar m = 0; m < 2; m++) begin : g_mac
    assign free[m] = take[m] == '0 || |(take[m] & {neighbour_ends[m], ends});
  end
  assign run = take[0][TRACES-1:0] | take[1][TRACES-1:0] | to_left | to_right;
  assign there = ready | (next_ready & ends);

  // ---- own traces from the one farthest behind on

  // [trace][other] it has its turn behind the other one, ahead of it
  logic [TRACES-1:0][TRACES-1:0] behind;
  logic [TRACES-1:0][TRACES-1:0] ahead;
  logic [TRACES-1:0]             first;
  logic [TRACES-1:0]             second;
  logic [TRACES-1:0]             third;
  function automatic logic is_behind(input logic [3:0] a, input logic [3:0] b);
    logic [3:0] lead;
    lead = a - b;
    is_behind = lead[3];
  endfunction
  // by two jobs at least
  function automatic logic is_far_behind(input logic [3:0] a, input logic [3:0] b);
    logic [3:0] lead;
    lead = a - b;
    is_far_behind = lead[3] && !(&lead);
  endfunction
  function automatic logic [3:0] number_of(
      input logic [TRACES-1:0] which, input logic [TRACES-1:0][3:0] all);
    number_of = '0;
    for (int i = 0; i < TRACES; i++) number_of |= all[i] & {4{which[i]}};
  endfunction
  for (genvar t = 0; t < TRACES; t++) begin : g_order
    assign behind[t][t] = 1'b0;
    assign ahead[t][t] = 1'b0;
    for (genvar o = t + 1; o < TRACES; o++) begin : g_other
      // one that is not there is before none; of two with the same number the first
      logic is_before;
      assign is_before = there[t] && (!there[o] || !is_behind(next[o], next[t]));
      assign behind[o][t] = is_before;
      assign behind[t][o] = !is_before;
      assign ahead[o][t] = !is_before;
      assign ahead[t][o] = is_before;
    end
    assign first[t] = there[t] && behind[t] == '0;
    assign third[t] = TRACES == 3 && there[t] && ahead[t] == '0;
  end
  assign second = there & ~first & ~third;

  // ---- choices

  logic [TRACES-1:0] offered;
  logic [TRACES-1:0] own0;
  logic [TRACES-1:0] own1;
  logic [TRACES:0]   chosen0;
  logic [TRACES:0]   chosen1;
  assign offered = !RING ? '0 : &free ? third : |free ? second : first;
  assign offer = {help && |offered, number_of(offered, next)};
  assign own0 = RING ? first : there & TRACES'(1);
  assign own1 = !RING ? there & TRACES'(2) : free[0] ? second : first;
  // a pair takes energy on its way: a neighbour's trace must be two jobs farther behind
  assign ask_left = RING && free[0] && left_offer[4]
      && (own0 == '0 || is_far_behind(left_offer[3:0], number_of(own0, next)));
  assign ask_right = RING && free[1] && right_offer[4]
      && (own1 == '0 || is_far_behind(right_offer[3:0], number_of(own1, next)));
  assign refuse_right = RING && left_asks;
  assign chosen0 = ask_left ? {!left_refuses, {TRACES{1'b0}}} : {1'b0, own0};
  assign chosen1 = ask_right ? {1'b1, {TRACES{1'b0}}} : {1'b0, own1};

  // they change seldom, and have one clock gate together
  logic changes;
  assign changes = |(free & {|{take[1], chosen1}, |{take[0], chosen0}}) || left_asks
      || right_asks || ends_left || ends_right || reset;
  always_ff @(posedge clock)
    if (changes) begin
      take[0] <= (free[0] ? chosen0 : take[0]) & {TRACES + 1{!reset}};
      take[1] <= (free[1] ? chosen1 : take[1]) & {TRACES + 1{!reset}};
      to_left <= ((offered & {TRACES{left_asks}})
          | (to_left & {TRACES{!left_asks && !ends_left}})) & {TRACES{!reset}};
      to_right <= ((offered & {TRACES{right_asks && !left_asks}})
          | (to_right & {TRACES{!ends_right}})) & {TRACES{!reset}};
    end

`ifdef ASSERTIONS
  logic [3:0] served;
  assign served = 4'($countones(take[0][TRACES-1:0])) + 4'($countones(take[1][TRACES-1:0]))
      + 4'($countones(to_left)) + 4'($countones(to_right));
  always @(posedge clock)
    if (!reset) begin
      assert ((ends & ~run) == '0) else $fatal(1, "job_choice: a job ends that no MAC serves");
      assert ((ready & run) == '0) else $fatal(1, "job_choice: a trace that is served is ready");
      assert ($countones(take[0]) <= 1 && $countones(take[1]) <= 1)
      else $fatal(1, "job_choice: a MAC serves two traces");
      assert (32'(served) == $countones(run)) else $fatal(1, "job_choice: a trace has two MACs");
      assert (!(left_asks || right_asks) || offer[4])
      else $fatal(1, "job_choice: asked for what is not offered");
      assert ((!left_ends || take[0][TRACES]) && (!right_ends || take[1][TRACES]))
      else $fatal(1, "job_choice: a neighbour's job ends that is not served here");
    end
`endif
endmodule
