// The product of two whole numbers in two's complement, exact. Combinational.
module integer_multiplier #(
    parameter int WIDTH = 8
) (
    input  logic [WIDTH-1:0]   a,
    input  logic [WIDTH-1:0]   b,
    output logic [2*WIDTH-1:0] product
);
  logic signed [2*WIDTH-1:0] wide_a;
  logic signed [2*WIDTH-1:0] wide_b;
  assign wide_a = (2 * WIDTH)'($signed(a));
  assign wide_b = (2 * WIDTH)'($signed(b));
  assign product = wide_a * wide_b;
endmodule
