// The largest of COUNT numbers. Combinational: a tree.
module largest #(
    parameter int COUNT = 16,
    parameter int WIDTH = 15
) (
    input  logic [COUNT*WIDTH-1:0] numbers,
    output logic [WIDTH-1:0]       most
);
  logic [COUNT-1:0][WIDTH-1:0] best;
  always_comb begin
    best = numbers;
    for (int span = 1; span < COUNT; span = span * 2)
      for (int i = 0; i + span < COUNT; i = i + 2 * span) if (best[i+span] > best[i]) best[i] = best[i+span];
  end
  assign most = best[0];
endmodule
