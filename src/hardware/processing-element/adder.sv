// Two sums added. Combinational.
// FORMAT 0 and 1: whole numbers of 32 bits, modulo 2^32. 2: fp32, rounded to nearest, ties to even; inputs and sums below
// 2^-126 count as zero.
module adder #(
    parameter int FORMAT = 2
) (
    input  logic [31:0] a,
    input  logic [31:0] b,
    output logic [31:0] sum
);
  if (FORMAT != 2) begin : g_int
    assign sum = a + b;
  end else begin : g_fp32
    logic        swap;
    logic [31:0] big;
    logic [31:0] little;
    logic        special;
    logic        undefined;
    logic        zero_big;
    logic        zero_little;
    logic        subtract;
    logic [7:0]  distance;
    logic [27:0] aligned;
    logic [27:0] shifted;
    logic [27:0] lost;
    logic [27:0] total;
    logic [4:0]  zeros;
    logic [26:0] normal;
    logic [9:0]  exponent;
    logic        round_up;
    logic [24:0] rounded;
    logic [9:0]  final_exponent;

    assign swap = b[30:0] > a[30:0];
    assign big = swap ? b : a;
    assign little = swap ? a : b;
    assign special = &big[30:23];
    assign subtract = big[31] ^ little[31];
    // the larger one is NaN if any is; infinity minus infinity
    assign undefined = special && (|big[22:0] || ((&little[30:23]) && subtract));
    assign zero_big = big[30:23] == '0;
    assign zero_little = little[30:23] == '0;
    assign distance = big[30:23] - little[30:23];

    // carry, 24 bits of significand, and three to round by, the last of which collects what is shifted out
    assign aligned = {1'b0, !zero_little, zero_little ? 23'b0 : little[22:0], 3'b0};
    assign shifted = distance > 8'd27 ? '0 : aligned >> distance[4:0];
    assign lost = distance > 8'd27 ? aligned : aligned & ~(28'hfff_ffff << distance[4:0]);
    assign total = subtract
        ? {1'b0, 1'b1, big[22:0], 3'b0} - (shifted | 28'(|lost))
        : {1'b0, 1'b1, big[22:0], 3'b0} + (shifted | 28'(|lost));

    always_comb begin
      zeros = '0;
      for (int i = 0; i < 28; i++) if (total[i]) zeros = 5'(27 - i);
    end
    always_comb begin
      // a carry moves right by one, and keeps what is lost in the last bit
      if (zeros == '0) normal = {total[27:2], total[1] | total[0]};
      else normal = 27'(total << (zeros - 5'd1));
    end
    assign exponent = 10'(big[30:23]) + 10'd1 - 10'(zeros);
    assign round_up = normal[2] && (normal[1] || normal[0] || normal[3]);
    assign rounded = {1'b0, normal[26:3]} + 25'(round_up);
    assign final_exponent = exponent + 10'(rounded[24]);

    always_comb begin
      if (undefined) sum = 32'h7fc0_0000;
      else if (special) sum = {big[31], 8'hff, 23'b0};
      else if (zero_big) sum = {big[31] & little[31], 31'b0};
      else if (total == '0) sum = '0;
      else if ($signed(final_exponent) <= 10'sd0) sum = {big[31], 31'b0};
      else if (final_exponent >= 10'd255) sum = {big[31], 8'hff, 23'b0};
      else sum = {big[31], final_exponent[7:0], rounded[24] ? rounded[23:1] : rounded[22:0]};
    end
  end
endmodule
