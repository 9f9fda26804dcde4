// The gradient sums of a PE. A sum that nothing was added to since it was drained counts as zero.
// Two products may come in a cycle; of the same sum, they are added to each other first. `drain` reads a sum and
// forgets it. Latency: a product is in its sum two cycles after it came; a drained sum leaves two cycles after `drain`,
// and has every product that came before it.
module accumulators #(
    parameter int FORMAT = 2,
    parameter int ACCUMULATORS = 144,
    parameter int SUM_BITS = $clog2(ACCUMULATORS)
) (
    input  logic                  clock,
    input  logic                  reset,
    input  logic [1:0]            valid,
    input  logic [2*SUM_BITS-1:0] place,
    input  logic [63:0]           product,
    input  logic                  drain,
    input  logic [SUM_BITS-1:0]   drain_place,
    output logic [31:0]           drained
);
  logic [31:0]             sums[2**SUM_BITS];
  logic [ACCUMULATORS-1:0] used;

  // ---- products of the same sum
  logic        same;
  logic [31:0] both;
  assign same = valid == 2'b11 && place[SUM_BITS-1:0] == place[2*SUM_BITS-1:SUM_BITS];
  adder #(.FORMAT(FORMAT)) pair (.a(product[31:0]), .b(product[63:32]), .sum(both));

  logic [1:0]            add;
  logic [2*SUM_BITS-1:0] add_place;
  logic [63:0]           addend;
  logic                  take;
  logic [SUM_BITS-1:0]   take_place;
  always_ff @(posedge clock) begin
    add        <= reset ? '0 : {valid[1] && !same, valid[0]};
    add_place  <= place;
    addend     <= {product[63:32], same ? both : product[31:0]};
    take       <= !reset && drain;
    take_place <= drain_place;
  end

  // ---- sums
  logic [63:0] total;
  for (genvar i = 0; i < 2; i++) begin : g_sum
    logic [SUM_BITS-1:0] at;
    logic [31:0]         held;
    assign at = add_place[i*SUM_BITS+:SUM_BITS];
    assign held = used[at] ? sums[at] : '0;
    adder #(.FORMAT(FORMAT)) update (.a(held), .b(addend[i*32+:32]), .sum(total[i*32+:32]));
    always_ff @(posedge clock) if (add[i]) sums[at] <= total[i*32+:32];
  end
  always_ff @(posedge clock) drained <= take && used[take_place] ? sums[take_place] : '0;

  always_ff @(posedge clock) begin
    if (reset) used <= '0;
    else begin
      if (take) used[take_place] <= 1'b0;
      if (add[0]) used[add_place[SUM_BITS-1:0]] <= 1'b1;
      if (add[1]) used[add_place[2*SUM_BITS-1:SUM_BITS]] <= 1'b1;
    end
  end
endmodule
