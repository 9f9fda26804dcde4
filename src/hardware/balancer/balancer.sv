// The balancer inside a column, for the MACS of one cluster. Combinational.
//
// `cycles_needed` is what the round takes: as long as the mean load or half the heaviest PE, whichever is longer; a
// cycle at least.
// With `cycles` left, a PE that has as many pairs left must be served now, one with twice as many twice. The other MACs take
// own pairs of PEs that were not served, lower PEs first; then second pairs of those with more than `cycles` left. A first
// pair goes to the PE's own MAC. The second pairs go to the MACs that have none, both in order.
// With HELP = 0 each PE serves itself.
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

  logic [PAIR_BITS-1:0] left[MACS];
  for (genvar i = 0; i < MACS; i++) begin : g_left
    assign left[i] = pairs_left[i*PAIR_BITS+:PAIR_BITS];
  end

  logic [SUM_BITS-1:0]  total;
  logic [PAIR_BITS-1:0] heaviest;
  always_comb begin
    total = '0;
    heaviest = PAIR_BITS'(1);
    for (int i = 0; i < MACS; i++) begin
      total = total + SUM_BITS'(left[i]);
      if (left[i] > heaviest) heaviest = left[i];
    end
  end

  if (HELP == 0) begin : g_alone
    assign cycles_needed = heaviest;
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
    assign cycles_needed = mean > half ? mean : half;

    logic [1:0]        must  [MACS];
    logic [MAC_BITS:0] room;
    logic [1:0]        given [MACS];
    for (genvar i = 0; i < MACS; i++) begin : g_must
      assign must[i] = {1'b0, left[i] >= cycles && left[i] != '0} +
          {1'b0, (PAIR_BITS + 1)'(left[i]) >= {cycles, 1'b0} && left[i] != '0};
      assign grant[i*2+:2] = given[i];
    end

    always_comb begin
      room = (MAC_BITS + 1)'(MACS);
      for (int i = 0; i < MACS; i++) begin
        given[i] = active ? must[i] : 2'd0;
        room = room - (MAC_BITS + 1)'(given[i]);
      end
      for (int i = 0; i < MACS; i++)
        if (active && room != '0 && given[i] == 2'd0 && left[i] != '0) begin
          given[i] = 2'd1;
          room = room - (MAC_BITS + 1)'(1);
        end
      for (int i = 0; i < MACS; i++)
        if (active && room != '0 && given[i] == 2'd1 && left[i] > cycles) begin
          given[i] = 2'd2;
          room = room - (MAC_BITS + 1)'(1);
        end
    end

    // the n-th MAC without a pair of its own helps the n-th PE that hands out two
    logic [MAC_BITS:0] free_before[MACS];
    logic [MAC_BITS:0] twos_before[MACS];
    logic [MAC_BITS:0] free;
    logic [MAC_BITS:0] twos;
    always_comb begin
      free = '0;
      twos = '0;
      for (int i = 0; i < MACS; i++) begin
        free_before[i] = free;
        twos_before[i] = twos;
        free = free + (MAC_BITS + 1)'(given[i] == 2'd0);
        twos = twos + (MAC_BITS + 1)'(given[i] == 2'd2);
      end
    end
    always_comb begin
      helps  = '0;
      helped = '0;
      helper = '0;
      for (int mac = 0; mac < MACS; mac++)
        for (int pe = 0; pe < MACS; pe++)
          if (given[mac] == 2'd0 && given[pe] == 2'd2 && free_before[mac] == twos_before[pe]) begin
            helps[mac] = 1'b1;
            helped[mac*MAC_BITS+:MAC_BITS] = MAC_BITS'(pe);
            helper[pe*MAC_BITS+:MAC_BITS]  = MAC_BITS'(mac);
          end
    end
    for (genvar i = 0; i < MACS; i++) begin : g_busy
      assign busy[i] = given[i] != 2'd0 || helps[i];
    end
  end
endmodule
