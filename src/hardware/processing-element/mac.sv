// A MAC: the product of its operands, exact, is added to a sum. In the cycle in which operands and
// sum come the product is in a register at its end; in the next one both are added, and go back.
//
// A sum stays here for a visit: a sum that comes is used for the visit's first pair only, and the
// result counts as the new sum after its last one. `in_same`: the pair before has the same sum, so
// what is being added is used, also after cycles without a pair. A sum that comes may be older than
// the result of one of the two pairs before, too. `in_kept`: the pair before the last one had it,
// whose result was kept when `keep` said so, in the cycle before.
module mac #(
    parameter int VALUE_BITS = 16,
    // of `multiplier` and `adder`
    parameter int FORMAT = 2
) (
    input  logic                  clock,
    // there are operands and a sum
    input  logic                  in_valid,
    // operand of the fmap
    input  logic [VALUE_BITS-1:0] in_fmap,
    // operand of the emap
    input  logic [VALUE_BITS-1:0] in_emap,
    // the sum as its memory has it
    input  logic [31:0]           in_sum,
    // it is what is being added
    input  logic                  in_same,
    // it is what was kept
    input  logic                  in_kept,
    // the result of this cycle is to be kept
    input  logic                  keep,
    // the sum with the pair, a cycle after its operands
    output logic [31:0]           out_sum
);
  // products of narrow floating-point values end in zeros, which need no register
  localparam int PRODUCT_BITS = FORMAT == 2 && VALUE_BITS < 32 ? VALUE_BITS + 8 : 32;

  logic [31:0]             product;
  logic [PRODUCT_BITS-1:0] product2;
  logic [31:0]             addend;
  logic [31:0]             sum2;
  logic [31:0]             kept;
  multiplier #(
      .FORMAT(FORMAT),
      .VALUE_BITS(VALUE_BITS)
  ) multiply (
      .a(in_fmap),
      .b(in_emap),
      .product(product)
  );
  always_comb begin
    addend = '0;
    addend[31-:PRODUCT_BITS] = product2;
  end
  adder #(.FORMAT(FORMAT)) add (.a(sum2), .b(addend), .sum(out_sum));

  always_ff @(posedge clock) begin
    if (in_valid) begin
      product2 <= product[31-:PRODUCT_BITS];
      // the adder's result comes last
      sum2 <= in_same ? out_sum : in_kept ? kept : in_sum;
    end
    if (keep) kept <= out_sum;
  end
endmodule
