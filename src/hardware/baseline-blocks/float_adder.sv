// Two floating-point numbers added. Combinational.
//
// Formats and rounding as of `float_multiplier`. The sum is computed with three bits to round by.
// Promise: with 8 and 23 it is `adder` of fp32, bit for bit. Source: the standard; structure as
// textbooks have it.
module float_adder #(
    parameter int EXPONENT_BITS = 8,
    parameter int FRACTION_BITS = 23,
    localparam int WIDTH = 1 + EXPONENT_BITS + FRACTION_BITS
) (
    input  logic [WIDTH-1:0] a,
    input  logic [WIDTH-1:0] b,
    output logic [WIDTH-1:0] sum
);
  localparam int E = EXPONENT_BITS;
  localparam int F = FRACTION_BITS;
  // carry, the bit before the point, the fraction, and three to round by
  localparam int W = F + 5;
  localparam int SHIFT_BITS = $clog2(W);

  logic             swap;
  logic [WIDTH-1:0] big;
  logic [WIDTH-1:0] little;
  logic             special;
  logic             undefined;
  logic             zero_big;
  logic             zero_little;
  logic             subtract;
  logic [E-1:0]     distance;
  logic             far;
  logic [W-1:0]     aligned;
  logic [W-1:0]     shifted;
  logic [W-1:0]     lost;
  logic [W-1:0]     total;

  assign swap = b[WIDTH-2:0] > a[WIDTH-2:0];
  assign big = swap ? b : a;
  assign little = swap ? a : b;
  assign special = &big[F+:E];
  assign subtract = big[WIDTH-1] ^ little[WIDTH-1];
  // the larger one is NaN if any is; infinity minus infinity
  assign undefined = special && (|big[F-1:0] || ((&little[F+:E]) && subtract));
  assign zero_big = big[F+:E] == '0;
  assign zero_little = little[F+:E] == '0;
  assign distance = big[F+:E] - little[F+:E];

  // the last of the three bits collects what is shifted out
  assign far = 32'(distance) > 32'(W - 1);
  assign aligned = {1'b0, !zero_little, zero_little ? F'(0) : little[F-1:0], 3'b0};
  assign shifted = far ? '0 : aligned >> SHIFT_BITS'(distance);
  assign lost = far ? aligned : aligned & ~({W{1'b1}} << SHIFT_BITS'(distance));
  assign total = {1'b0, 1'b1, big[F-1:0], 3'b0} + ({W{subtract}} ^ (shifted | W'(|lost)))
      + W'(subtract);

  // shifted left until the highest bit is one, by ever smaller powers of two
  logic [W-1:0]          left;
  logic [SHIFT_BITS-1:0] zeros;
  always_comb begin
    left  = total;
    zeros = '0;
    for (int s = SHIFT_BITS - 1; s >= 0; s--)
      if ((left >> (W - (1 << s))) == '0) begin
        left = left << (1 << s);
        zeros[s] = 1'b1;
      end
  end

  logic [F+3:0] normal;
  logic         round_up;
  logic [F+1:0] rounded;
  logic [E+1:0] exponent;
  // what is lost stays in the last bit
  assign normal = {left[W-1:2], left[1] | left[0]};
  assign round_up = normal[2] && (normal[1] || normal[0] || normal[3]);
  assign rounded = {1'b0, normal[F+3:3]} + (F + 2)'(round_up);
  assign exponent = (E + 2)'(big[F+:E]) + (E + 2)'(1) - (E + 2)'(zeros) + (E + 2)'(rounded[F+1]);

  always_comb begin
    if (undefined) sum = {1'b0, {E{1'b1}}, 1'b1, {(F - 1) {1'b0}}};
    else if (special) sum = {big[WIDTH-1], {E{1'b1}}, {F{1'b0}}};
    else if (zero_big) sum = {big[WIDTH-1] & little[WIDTH-1], {(E + F) {1'b0}}};
    else if (total == '0) sum = '0;
    else if ($signed(exponent) <= 0) sum = {big[WIDTH-1], {(E + F) {1'b0}}};
    else if (exponent >= (E + 2)'((1 << E) - 1)) sum = {big[WIDTH-1], {E{1'b1}}, {F{1'b0}}};
    else sum = {big[WIDTH-1], exponent[E-1:0], rounded[F+1] ? rounded[F:1] : rounded[F-1:0]};
  end
endmodule
