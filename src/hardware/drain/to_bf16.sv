// fp32 to bf16, rounded to nearest, ties to even. Combinational. NaN stays NaN; what is too large
// becomes infinity by the carry itself.
module to_bf16 (
    // fp32
    input  logic [31:0] sum,
    // bf16
    output logic [15:0] value
);
  logic up;
  logic nan;
  assign nan = (&sum[30:23]) && |sum[22:0];
  assign up = sum[15] && (sum[16] || |sum[14:0]);
  assign value = nan ? {sum[31], 15'h7fc0} : sum[31:16] + 16'(up);
endmodule
