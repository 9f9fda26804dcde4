// Two floating-point numbers added. Combinational.
//
// Formats and rounding as of `float_multiplier`; 2^EXPONENT_BITS must be FRACTION_BITS + 3 or more.
// Promise: with 8 and 23 it is `adder` of fp32, bit for bit. Source: the standard; structure as
// that of `adder`.
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
  // bits of a shift by which a significand leaves itself and the two bits to round by
  localparam int S = $clog2(F + 3);

  // which is larger, by halves: `less` of the highest bit says that it is b
  logic [E+F-1:0] less;
  logic [E+F-1:0] not_more;
  logic           swap;
  always_comb begin
    less = ~a[E+F-1:0] & b[E+F-1:0];
    not_more = ~a[E+F-1:0] | b[E+F-1:0];
    for (int l = 1; l < E + F; l = 2 * l)
      for (int i = E + F - 1; i >= l; i = i - 2 * l) begin
        less[i] = less[i] | (not_more[i] & less[i-l]);
        not_more[i] = not_more[i] & not_more[i-l];
      end
    swap = less[E+F-1];
  end

  logic [E-1:0] exponent;
  logic [F:0]   big;
  logic [F-1:0] little;
  logic         subtract;
  logic         zero_a;
  logic         zero_b;
  logic         zero_big;
  logic         zero_little;
  logic         special_a;
  logic         special_b;
  logic         special;
  logic         undefined;
  assign exponent = swap ? b[F+:E] : a[F+:E];
  assign big = {1'b1, swap ? b[F-1:0] : a[F-1:0]};
  assign little = swap ? a[F-1:0] : b[F-1:0];
  assign subtract = a[E+F] ^ b[E+F];
  assign zero_a = a[F+:E] == '0;
  assign zero_b = b[F+:E] == '0;
  assign zero_big = zero_a && zero_b;
  assign zero_little = zero_a || zero_b;
  assign special_a = &a[F+:E];
  assign special_b = &b[F+:E];
  assign special = special_a || special_b;
  // the larger one is NaN if any is; infinity minus infinity
  assign undefined = special && (|big[F-1:0] || (special_a && special_b && subtract));

  // the exponents' distance: carries of a - b - 1; where a is larger, all bits of that and of its
  // carries are turned
  logic [E-1:0] d_carry;
  logic [E-1:0] d_chain;
  logic [E-1:0] distance;
  always_comb begin
    d_carry = a[F+:E] & ~b[F+:E];
    d_chain = a[F+:E] | ~b[F+:E];
    for (int l = 0; (1 << l) < E; l++)
      for (int i = 0; i < E; i++)
        if (i[l]) begin
          d_carry[i] = d_carry[i] | (d_chain[i] & d_carry[((i>>l)<<l)-1]);
          d_chain[i] = d_chain[i] & d_chain[((i>>l)<<l)-1];
        end
    distance[0] = a[F] ^ b[F];
    for (int i = 1; i < E; i++)
      distance[i] = a[F+i] ^ b[F+i]
            ^ (d_carry[E-1] ? !(d_carry[i-1] | d_chain[i-1]) : d_carry[i-1]);
  end

  // the smaller significand under the larger, with two bits to round by; `sticky`: something is
  // below them
  logic [F+2:0] aligned;
  logic         far;
  logic         lost;
  logic         guard;
  logic         round;
  logic         sticky;
  logic         rest;
  always_comb begin
    far = |(distance >> S);
    aligned = {1'b1, little, 2'b0};
    lost = 1'b0;
    for (int s = 0; s < S; s++) begin
      lost = lost | (distance[s] & |(aligned & ~({(F + 3) {1'b1}} << (1 << s))));
      if (distance[s]) aligned = aligned >> (1 << s);
    end
    if (far || zero_little) aligned = '0;
    guard = aligned[1];
    round = aligned[0];
    sticky = (lost || far) && !zero_little;
    rest = round || sticky;
  end

  // Significands added, or the smaller one's complement: carries by prefixes, in `more` with one
  // more added. Each has a tree of its own: synthesis would make a chain of one tree that a late
  // carry goes through.
  logic [F:0] addend;
  logic [F:0] half;
  logic [F:0] carry;
  logic [F:0] more;
  logic [F:0] chain;
  always_comb begin
    addend = aligned[F+2:2] ^ {(F + 1) {subtract}};
    half = big ^ addend;
    carry = big & addend;
    chain = big | addend;
    more = {carry[F:1], chain[0]};
    for (int l = 0; (1 << l) < F + 1; l++)
      for (int i = 0; i <= F; i++)
        if (i[l]) begin
          carry[i] = carry[i] | (chain[i] & carry[((i>>l)<<l)-1]);
          more[i] = more[i] | (chain[i] & more[((i>>l)<<l)-1]);
          chain[i] = chain[i] & chain[((i>>l)<<l)-1];
        end
  end

  // Rounding chooses one of them: what is below the point is added or taken away, and the
  // complement lacks a one. `high` where the sum has the highest bit that it can have, `low` where
  // it has the next. There a difference needs the place `below` the point, too. Differences that
  // begin lower are exact, and are as `low` has them.
  logic         high;
  logic         low;
  logic         increment;
  logic         below;
  logic [F+2:0] total;
  assign high = subtract ? !guard || (!rest && half[0])
                         : half[0] && ((half[1] ^ carry[0]) || guard || rest);
  assign low = subtract ? !guard && !(round && sticky) : guard && (rest || half[0]);
  // `aligned` has its highest bit where exponents are equal: a sum carries then; of a difference
  // high and low are one
  assign increment = carry[F-1] || aligned[F+2] ? high : low;
  assign below = subtract && (guard ? !round : round && sticky);
  assign total = {
    increment ? more[F] : carry[F],
    increment ? half ^ {more[F-1:0], 1'b1} : half ^ {carry[F-1:0], 1'b0},
    below
  };

  // Where a difference begins, or one place above, from its digits 1, 0, -1: at the last of 1, -1,
  // ..., -1. A sum begins at the carry, or one place below.
  logic [F:0]          minus;
  logic [(1<<S)-1:0]   found;
  logic [S*(1<<S)-1:0] counts;
  logic [S-1:0]        zeros;
  logic                cancelled;
  always_comb begin
    minus = {~big[F-1:0] & aligned[F+1:2], guard};
    found = '0;
    found[(1<<S)-1] = !subtract;
    found[(1<<S)-2-:F+2] = {big ^ aligned[F+2:2], guard} & ~{minus, 1'b0};
    // zeros before the first one, in pairs of pairs
    counts = '0;
    for (int s = 0; s < S; s++)
      for (int i = 0; i < (1 << (S - 1 - s)); i++) begin
        for (int k = 0; k < s; k++)
          counts[S*i+k] = found[2*i+1] ? counts[S*(2*i+1)+k] : counts[S*2*i+k];
        counts[S*i+s] = !found[2*i+1];
        found[i] = found[2*i+1] | found[2*i];
      end
    zeros = counts[S-1:0];
    cancelled = !found[0];
  end

  logic [F+2:0] normal;
  logic         top;
  always_comb begin
    normal = total;
    for (int s = S - 1; s >= 0; s--) if (zeros[s]) normal = normal << (1 << s);
    top = normal[F+2];
  end

  // The exponent is one more, less the zeros, and less one if the highest bit is zero yet: both at
  // once.
  logic [E-1:0] above;
  logic [E-1:0] fewer;
  logic [E-1:0] e_half;
  logic [E-1:0] e_carry;
  logic [E-1:0] e_chain;
  logic [E-1:0] u_carry;
  logic [E-1:0] u_chain;
  logic         zero;
  logic         zero_high;
  logic         zero_low;
  logic [E-1:0] e_high;
  logic [E-1:0] e_low;
  always_comb begin
    above = exponent + 1'b1;
    fewer = '1;
    fewer[S-1:0] = ~zeros;
    e_half = above ^ fewer;
    e_carry = above & fewer;
    e_chain = above | fewer;
    u_carry = exponent & fewer;
    u_chain = exponent | fewer;
    for (int l = 0; (1 << l) < E; l++)
      for (int i = 0; i < E; i++)
        if (i[l]) begin
          e_carry[i] = e_carry[i] | (e_chain[i] & e_carry[((i>>l)<<l)-1]);
          e_chain[i] = e_chain[i] & e_chain[((i>>l)<<l)-1];
          u_carry[i] = u_carry[i] | (u_chain[i] & u_carry[((i>>l)<<l)-1]);
          u_chain[i] = u_chain[i] & u_chain[((i>>l)<<l)-1];
        end
    zero = zero_big || cancelled;
    zero_high = zero || !(u_carry[E-1] | u_chain[E-1]);
    zero_low = zero || !u_carry[E-1];
    e_high = e_half ^ {e_carry[E-2:0] | e_chain[E-2:0], 1'b1};
    e_low = e_half ^ {e_carry[E-2:0], 1'b0};
  end

  // infinity's exponent comes by itself, where a sum carries; its fraction must be cleared
  logic         clear_high;
  logic         clear_low;
  logic         clear;
  logic [F-1:0] fraction;
  assign clear_high = special || zero_high || (!subtract && (&exponent[E-1:1]));
  assign clear_low = special || zero_low;
  assign clear = top ? clear_high : clear_low;
  assign fraction = top ? normal[F+1:2] : normal[F:1];
  assign sum[E+F] = (swap ? b[E+F] : a[E+F]) && !(subtract && zero) && !undefined;
  assign sum[F+:E] = top ? (e_high & {E{!zero_high}}) | {E{special}}
                         : (e_low & {E{!zero_low}}) | {E{special}};
  assign sum[F-1:0] = {undefined, {(F - 1) {1'b0}}} | (clear ? '0 : fraction);
endmodule
