// Number of ones in a vector up to each bit, that bit included. Combinational, in steps that double their reach.
module prefix_ones #(
    parameter int WIDTH = 16,
    parameter int COUNT_BITS = $clog2(WIDTH + 1)
) (
    input  logic [WIDTH-1:0]            vector,
    output logic [WIDTH*COUNT_BITS-1:0] count
);
  always_comb begin
    for (int i = 0; i < WIDTH; i++) count[i*COUNT_BITS+:COUNT_BITS] = COUNT_BITS'(vector[i]);
    for (int span = 1; span < WIDTH; span = span * 2)
      for (int i = WIDTH - 1; i >= span; i--)
        count[i*COUNT_BITS+:COUNT_BITS] = count[i*COUNT_BITS+:COUNT_BITS] + count[(i-span)*COUNT_BITS+:COUNT_BITS];
  end
endmodule
