// A MAC: the product of its operands, exact; a sum that is read a cycle later; both added.
//
// Stages: operands in registers | product | added | the result is written. A sum that is being
// added to, or being written, is newer than what the memory gives. One that is written in the cycle
// of the read comes from the memory itself, if that shows what is written to it (WRITE_THROUGH), or
// is kept here for one cycle more.
module mac #(
    parameter int VALUE_BITS = 16,
    // of `multiplier` and `adder`
    parameter int FORMAT = 2,
    // set and slot have 8 bits, whose trace it is 3
    parameter int TAG_BITS = 11,
    parameter bit WRITE_THROUGH = 0
) (
    input  logic                  clock,
    input  logic                  reset,
    // there are operands
    input  logic                  in_valid,
    // operand of the fmap
    input  logic [VALUE_BITS-1:0] in_fmap,
    // operand of the emap
    input  logic [VALUE_BITS-1:0] in_emap,
    // whose sum it is
    input  logic [TAG_BITS-1:0]   in_tag,
    // that sum, a cycle after the operands
    input  logic [31:0]           in_sum,
    // there is a result
    output logic                  out_valid,
    // whose sum it is
    output logic [TAG_BITS-1:0]   out_tag,
    // the sum
    output logic [31:0]           out_sum
);
  // products of narrow floating-point values end in zeros, which need no register
  localparam int PRODUCT_BITS = FORMAT == 2 && VALUE_BITS < 32 ? VALUE_BITS + 8 : 32;

  logic                    valid1;
  logic [VALUE_BITS-1:0]   fmap;
  logic [VALUE_BITS-1:0]   emap;
  logic [TAG_BITS-1:0]     tag1;
  logic                    valid2;
  logic [31:0]             product;
  logic [PRODUCT_BITS-1:0] product2;
  logic [31:0]             addend;
  logic [31:0]             sum2;
  logic [TAG_BITS-1:0]     tag2;
  logic [31:0]             total;
  logic [31:0]             newest;

  multiplier #(
      .FORMAT(FORMAT),
      .VALUE_BITS(VALUE_BITS)
  ) multiply (
      .a(fmap),
      .b(emap),
      .product(product)
  );
  always_comb begin
    addend = '0;
    addend[31-:PRODUCT_BITS] = product2;
  end
  adder #(.FORMAT(FORMAT)) add (.a(sum2), .b(addend), .sum(total));

  // ---- the newest of the sum that is asked for

  logic same_added;
  logic same_written;
  assign same_added = valid2 && tag1 == tag2;
  assign same_written = out_valid && tag1 == out_tag;
  if (WRITE_THROUGH) begin : g_through
    assign newest = same_written ? out_sum : in_sum;
  end else begin : g_kept
    logic                valid4;
    logic [TAG_BITS-1:0] tag4;
    logic [31:0]         sum4;
    always_ff @(posedge clock) begin
      valid4 <= out_valid && !reset;
      tag4 <= out_tag;
      sum4 <= out_sum;
    end
    assign newest = same_written ? out_sum : valid4 && tag1 == tag4 ? sum4 : in_sum;
  end

  always_ff @(posedge clock) begin
    valid1 <= in_valid && !reset;
    fmap <= in_fmap;
    emap <= in_emap;
    tag1 <= in_tag;
    valid2 <= valid1 && !reset;
    product2 <= product[31-:PRODUCT_BITS];
    // the adder's result comes last
    sum2 <= same_added ? total : newest;
    tag2 <= tag1;
    out_valid <= valid2 && !reset;
    out_tag <= tag2;
    out_sum <= total;
  end
endmodule
