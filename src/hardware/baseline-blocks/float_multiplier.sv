// The product of two floating-point numbers, in a format of its own. Combinational.
//
// Formats as IEEE 754 has them: a sign, EXPONENT_BITS, FRACTION_BITS; the highest exponent is
// infinity and NaN, for fp8 as well (E4M3 then ends at 240). Rounded to nearest, ties to even.
// Numbers below the smallest normal one count as zero, in operands and results; results beyond the
// largest are infinite.
// Promise: with 8, 7, 8, 23 it is `multiplier` of bf16, bit for bit. Source: the standard;
// structure as textbooks have it.
module float_multiplier #(
    parameter int EXPONENT_BITS = 8,
    parameter int FRACTION_BITS = 7,
    parameter int RESULT_EXPONENT_BITS = EXPONENT_BITS,
    parameter int RESULT_FRACTION_BITS = FRACTION_BITS,
    localparam int WIDTH = 1 + EXPONENT_BITS + FRACTION_BITS,
    localparam int RESULT_WIDTH = 1 + RESULT_EXPONENT_BITS + RESULT_FRACTION_BITS
) (
    input  logic [WIDTH-1:0]        a,
    input  logic [WIDTH-1:0]        b,
    output logic [RESULT_WIDTH-1:0] product
);
  localparam int E = EXPONENT_BITS;
  localparam int F = FRACTION_BITS;
  localparam int RE = RESULT_EXPONENT_BITS;
  localparam int RF = RESULT_FRACTION_BITS;
  // bits of an exponent before it is known to fit
  localparam int WIDE = (E > RE ? E : RE) + 2;
  // from both biases to the result's
  localparam int BIAS = (1 << E) - 2 - ((1 << (RE - 1)) - 1);
  localparam int MOST = (1 << RE) - 1;

  logic                   sign;
  logic                   zero;
  logic                   special;
  logic                   undefined;
  logic [2*F+1:0]         significand;
  logic                   high;
  // without the bit before the point, which is one
  logic [2*F:0]           fraction;
  logic [RF:0]            rounded;
  logic signed [WIDE-1:0] exponent;

  assign sign = a[WIDTH-1] ^ b[WIDTH-1];
  assign zero = a[F+:E] == '0 || b[F+:E] == '0;
  assign special = (&a[F+:E]) || (&b[F+:E]);
  assign undefined = ((&a[F+:E]) && |a[F-1:0]) || ((&b[F+:E]) && |b[F-1:0]) || (special && zero);
  assign significand = (2 * F + 2)'({1'b1, a[F-1:0]}) * (2 * F + 2)'({1'b1, b[F-1:0]});
  assign high = significand[2*F+1];
  assign fraction = high ? significand[2*F:0] : {significand[2*F-1:0], 1'b0};

  if (RF > 2 * F) begin : g_exact
    assign rounded = (RF + 1)'(fraction) << (RF - 2 * F - 1);
  end else begin : g_rounded
    logic round_up;
    if (RF == 2 * F) begin : g_tie
      assign round_up = fraction[0] && fraction[1];
    end else begin : g_beyond
      assign round_up = fraction[2*F-RF] && (fraction[2*F-RF+1] || |fraction[2*F-RF-1:0]);
    end
    assign rounded = {1'b0, fraction[2*F-:RF]} + (RF + 1)'(round_up);
  end
  assign exponent = WIDE'(a[F+:E]) + WIDE'(b[F+:E]) + WIDE'(high) + WIDE'(rounded[RF])
      - WIDE'(BIAS);

  always_comb begin
    if (undefined) product = {1'b0, {RE{1'b1}}, 1'b1, {(RF - 1) {1'b0}}};
    else if (special || (!zero && exponent >= $signed(WIDE'(MOST))))
      product = {sign, {RE{1'b1}}, {RF{1'b0}}};
    else if (zero || exponent <= $signed(WIDE'(0))) product = {sign, {(RE + RF) {1'b0}}};
    else product = {sign, exponent[RE-1:0], rounded[RF-1:0]};
  end
endmodule
