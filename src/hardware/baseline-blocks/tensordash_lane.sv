// The operands of a lane of TensorDash: one of eight values for each of its two inputs.
// Combinational.
//
// The eight are those that the scheduler may choose from, of three rows in hand; zero where the
// lane has nothing.
// Idea: Mahmoud et al., TensorDash, MICRO 2020, section 3: the same choice moves both operands.
module tensordash_lane #(
    parameter int VALUE_BITS = 16
) (
    input  logic                       take,
    input  logic [2:0]                 choice,
    // of the scheduled side, and of the other one
    input  logic [7:0][VALUE_BITS-1:0] scheduled,
    input  logic [7:0][VALUE_BITS-1:0] other,
    output logic [VALUE_BITS-1:0]      a,
    output logic [VALUE_BITS-1:0]      b
);
  assign a = take ? scheduled[choice] : '0;
  assign b = take ? other[choice] : '0;
endmodule
