// The balancer inside a column, for the MACS of one cluster. Combinational.
//
// `cycles_needed` is what the round takes: as long as the mean load or half the heaviest PE, whichever is longer; a
// cycle at least.
// With `cycles` left, a PE that has as many pairs left must be served now, one with twice as many twice. The other MACs take
// own pairs of PEs that were not served, lower PEs first; then second pairs of those with more than `cycles` left. A first
// pair goes to the PE's own MAC. The second pairs go to the MACs that have none, both in order.
// With HELP = 0 each PE serves itself, and the round takes as long as its heaviest PE.
module balancer #(
    parameter int MACS = 8,
    parameter int HELP = 1,
    parameter int PAIR_BITS = 15,
    parameter int MAC_BITS = MACS > 1 ? $clog2(MACS) : 1
) (
    input  logic [MACS*PAIR_BITS-1:0] pairs_left,
    output logic [PAIR_BITS-1:0]      cycles_needed,
    input  logic                      active,
    input  logic [PAIR_BITS-1:0]      cycles,
    // pairs that each PE hands out
    output logic [MACS*2-1:0]         grant,
    // of each MAC: whether it works, whether for another PE, and for which
    output logic [MACS-1:0]           busy,
    output logic [MACS-1:0]           helps,
    output logic [MACS*MAC_BITS-1:0]  helped,
    // of each PE: the MAC that has its second pair
    output logic [MACS*MAC_BITS-1:0]  helper
);
  localparam int SUM_BITS = PAIR_BITS + MAC_BITS;
  localparam int COUNT_BITS = $clog2(MACS + 1);

  logic [PAIR_BITS-1:0] left[MACS];
  for (genvar i = 0; i < MACS; i++) begin : g_left
    assign left[i] = pairs_left[i*PAIR_BITS+:PAIR_BITS];
  end

  logic [SUM_BITS-1:0]  total;
  logic [PAIR_BITS-1:0] heaviest;
  always_comb begin
    total = '0;
    for (int i = 0; i < MACS; i++) total = total + SUM_BITS'(left[i]);
  end
  largest #(.COUNT(MACS), .WIDTH(PAIR_BITS)) heaviest_pe (.numbers(pairs_left), .most(heaviest));

  if (HELP == 0) begin : g_alone
    assign cycles_needed = heaviest == '0 ? PAIR_BITS'(1) : heaviest;
    for (genvar i = 0; i < MACS; i++) begin : g_grant
      assign busy[i] = active && left[i] != '0;
      assign grant[i*2+:2] = {1'b0, busy[i]};
    end
    assign helps = '0;
    assign helped = '0;
    assign helper = '0;
    logic unused;
    assign unused = &{1'b0, cycles, total};
  end else begin : g_help
    logic [PAIR_BITS-1:0] mean;
    logic [PAIR_BITS-1:0] half;
    assign mean = PAIR_BITS'((total + SUM_BITS'(MACS - 1)) / SUM_BITS'(MACS));
    assign half = (heaviest >> 1) + PAIR_BITS'(heaviest[0]);
    assign cycles_needed = total == '0 ? PAIR_BITS'(1) : mean > half ? mean : half;

    // whoever must be served, then first pairs, then second ones, lower PEs first, as far as MACs are left
    logic [MACS*2-1:0]          must;
    logic [MACS-1:0]            first;
    logic [MACS-1:0]            second;
    logic [MACS*COUNT_BITS-1:0] firsts;
    logic [MACS*COUNT_BITS-1:0] seconds;
    logic [COUNT_BITS-1:0]      taken;
    logic [COUNT_BITS-1:0]      room;
    logic [COUNT_BITS-1:0]      room_after;
    always_comb begin
      taken = '0;
      for (int i = 0; i < MACS; i++) taken = taken + COUNT_BITS'(must[i*2+:2]);
      room = COUNT_BITS'(MACS) - taken;
      room_after = firsts[MACS*COUNT_BITS-1-:COUNT_BITS] < room ? room - firsts[MACS*COUNT_BITS-1-:COUNT_BITS] : '0;
    end
    prefix_ones #(.WIDTH(MACS)) count_firsts (.vector(first), .count(firsts));
    prefix_ones #(.WIDTH(MACS)) count_seconds (.vector(second), .count(seconds));

    logic [MACS-1:0] idle;
    logic [MACS-1:0] twice;
    for (genvar i = 0; i < MACS; i++) begin : g_give
      logic served;
      logic again;
      assign must[i*2+:2] = {1'b0, left[i] >= cycles && left[i] != '0} +
          {1'b0, (PAIR_BITS + 1)'(left[i]) >= {cycles, 1'b0} && left[i] != '0};
      assign first[i] = must[i*2+:2] == 2'd0 && left[i] != '0;
      assign served = must[i*2] || (first[i] && firsts[i*COUNT_BITS+:COUNT_BITS] <= room);
      assign second[i] = served && left[i] > cycles;
      assign again = second[i] && seconds[i*COUNT_BITS+:COUNT_BITS] <= room_after;
      assign twice[i] = active && (must[i*2+1] || again);
      assign idle[i] = !(active && (must[i*2+1] || served));
      assign grant[i*2+:2] = {twice[i], !twice[i] && !idle[i]};
    end

    // the n-th MAC without a pair of its own helps the n-th PE that hands out two
    logic [MACS*COUNT_BITS-1:0] idles;
    logic [MACS*COUNT_BITS-1:0] twices;
    prefix_ones #(.WIDTH(MACS)) count_idles (.vector(idle), .count(idles));
    prefix_ones #(.WIDTH(MACS)) count_twices (.vector(twice), .count(twices));
    always_comb begin
      helps  = '0;
      helped = '0;
      helper = '0;
      for (int mac = 0; mac < MACS; mac++)
        for (int pe = 0; pe < MACS; pe++)
          if (idle[mac] && twice[pe] && idles[mac*COUNT_BITS+:COUNT_BITS] == twices[pe*COUNT_BITS+:COUNT_BITS]) begin
            helps[mac] = 1'b1;
            helped[mac*MAC_BITS+:MAC_BITS] = MAC_BITS'(pe);
            helper[pe*MAC_BITS+:MAC_BITS]  = MAC_BITS'(mac);
          end
    end
    for (genvar i = 0; i < MACS; i++) begin : g_busy
      assign busy[i] = !idle[i] || helps[i];
    end
  end
endmodule
