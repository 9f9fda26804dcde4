/**
 * How a part of a vector is selected at an index (`$shiftx`): halves, from the highest bit of the index that can be set,
 * so that the multiplexers are as many as the index reaches; Yosys's own rule shifts the whole vector once for each bit.
 * A part that begins below bit 0 counts as unknown, as one beyond the vector does.
 */
export const selectPart = `
(* techmap_celltype = "$shiftx" *)
module select_part (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  localparam INDEX = B_SIGNED ? B_WIDTH - 1 : B_WIDTH;
  localparam BITS = $clog2(A_WIDTH) < INDEX ? $clog2(A_WIDTH) : INDEX;
  localparam HALF = BITS > 0 ? 1 << (BITS - 1) : 0;
  localparam REST = HALF + Y_WIDTH - 1;
  wire [A_WIDTH+HALF+REST-1:0] padded = {{(HALF+REST){1'bx}}, A};
  generate
    if (BITS == 0) assign Y = padded[Y_WIDTH-1:0];
    else begin
      wire [REST-1:0] half = B[BITS-1] ? padded[HALF+:REST] : padded[0+:REST];
      if (BITS == 1) assign Y = half;
      else \\$shiftx #(
          .A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(REST), .B_WIDTH(BITS-1), .Y_WIDTH(Y_WIDTH)
      ) rest (.A(half), .B(B[BITS-2:0]), .Y(Y));
    end
  endgenerate
endmodule
`;
