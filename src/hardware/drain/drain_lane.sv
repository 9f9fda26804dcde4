// The end of a way out of a column. It asks PEs for the sums of a k, two a cycle, couples without a
// wanted one left out, and adds those of several traces up in a buffer, one trace after the other.
// Columns of a team read at the same time; what they have of a couple is added up two by two, by
// one adder in each column: the last column has an adder left, which adds to its buffer. From there
// sums are sent, rounded, while the next ones come in behind.
//
// A column's adder has a level: trailing ones of the column's number in its team, of 2^levels
// columns. It adds what the columns left and right of it have of level - 1; at level 0 its own
// couple and the right neighbour's. In the last column of a team: what comes from the left, its
// own couple in a team of one, and the buffer.
//
// Cycles: a couple is asked for | it comes | level 0 | level 1 ... | the buffer has it. Sums are
// sent 2 + levels cycles after `send`.
//
// Sums are fp32. There are teams of 16 columns at most: four levels.
//
// Rules:
// - a read begins when the one before it has ended, and two cycles after that began at least;
// - some of its sums are wanted;
// - a read that adds begins when all has been sent;
// - another one begins in the cycle before `send`, or later: in its first cycle sending begins;
// - `send` comes when all has been sent;
// - levels are those of a team, and change under reset only.
module drain_lane #(
    parameter int PE_BITS = 3,
    // traces of a PE, and words of their sum memories
    parameter int TRACES = 3,
    parameter int SUM_WORDS = 64,
    localparam int TRACE_BITS = TRACES > 1 ? $clog2(TRACES) : 1,
    localparam int SUM_BITS = $clog2(SUM_WORDS),
    localparam int COUPLES = 9
) (
    input  logic                  clock,
    input  logic                  reset,

    // ---- change under reset only

    // levels of adders in a team
    input  logic [2:0]            levels,
    // level of this column's adder
    input  logic [2:0]            level,
    // this column is the last one of its team
    input  logic                  is_last,

    // ---- reads

    // a trace's sums of a k are read, from the next cycle on
    input  logic                  start,
    // its PE
    input  logic [PE_BITS-1:0]    start_pe,
    // its number there
    input  logic [TRACE_BITS-1:0] start_trace,
    // the k's set of sums
    input  logic [2:0]            start_set,
    // wanted sums, one of them at least
    input  logic [17:0]           start_mask,
    // they are added to those in the buffer
    input  logic                  start_adds,

    // ---- the column's PEs

    // a couple is asked for
    output logic                  read,
    // of this PE
    output logic [PE_BITS-1:0]    read_pe,
    // of this trace
    output logic [TRACE_BITS-1:0] read_trace,
    // with this address
    output logic [SUM_BITS-1:0]   read_address,
    // a cycle later: the couple
    input  logic [63:0]           word,

    // ---- the team

    // the couple, a cycle after it came
    output logic [63:0]           own_sums,
    // what the adder made, a cycle after its level
    output logic [63:0]           team_sums,
    // what the adder adds from the left; in a team of one its own couple
    input  logic [63:0]           left_sums,
    // and from the right
    input  logic [63:0]           right_sums,

    // ---- gradients

    // the buffer is sent
    input  logic                  send,
    // gradients that leave
    output logic [1:0]            out_valid,
    // bf16
    output logic [1:0][15:0]      out_values
);
  // ---- couples, one after the other

  logic [8:0]  left;
  logic [8:0]  lowest;
  logic [8:0]  rest;
  logic [17:0] mask;
  logic [2:0]  set;
  logic        adds;
  logic [3:0]  couple;
  logic [1:0]  wanted;
  assign rest = left & (left - 9'd1);
  assign lowest = left & ~rest;
  always_comb begin
    couple = '0;
    wanted = '0;
    for (int i = 0; i < COUPLES; i++)
      if (lowest[i]) begin
        couple |= 4'(i);
        wanted |= mask[2*i+:2];
      end
  end
  assign read = |left;
  // as `trace` has them: couples 0 to 7 of all sets, or couple 8 of all but the last
  assign read_address = SUM_BITS'(couple[3] ? {3'b111, set} : {set, couple[2:0]});
  always_ff @(posedge clock) begin
    if (start) begin
      for (int i = 0; i < COUPLES; i++) left[i] <= |start_mask[2*i+:2];
      mask <= start_mask;
      set <= start_set;
      adds <= start_adds;
      read_pe <= start_pe;
      read_trace <= start_trace;
    end else if (read) left <= rest;
    if (reset) left <= '0;
  end

  // ---- a couple on its way to its adder: {adds, last, wanted}, by cycles since it was asked for;
  // at level 0 the first stage is all of it

  localparam int STAGES = 5;
  localparam int BITS = 4;
  logic [STAGES-1:0]      valid;
  logic [STAGES*BITS-1:0] stages;
  logic                   comes;
  logic [BITS-1:0]        coming;
  logic [3:0]             coming_place;
  logic                   is_here;
  logic [BITS-1:0]        here;
  logic [3:0]             place;
  always_ff @(posedge clock) begin
    if (read || valid[0] || reset) begin
      valid[0] <= read && !reset;
      stages[BITS-1:0] <= {adds, rest == '0, wanted};
    end
    if ((level != '0 && valid != '0) || reset) begin
      valid[STAGES-1:1] <= valid[STAGES-2:0] & {STAGES - 1{!reset}};
      stages[STAGES*BITS-1:BITS] <= stages[(STAGES-1)*BITS-1:0];
    end
    if (valid[0]) own_sums <= word;
  end
  // a cycle before the adder, and at it; places are counted here
  assign comes = valid[level];
  assign coming = stages[32'(level)*BITS+:BITS];
  always_ff @(posedge clock)
    if (comes || is_here || reset) begin
      is_here <= comes && !reset;
      here <= coming;
      place <= coming_place;
      coming_place <= reset || (comes && coming[2]) ? '0 : coming_place + 4'(comes);
    end

  // ---- adders, and the buffer: {last, wanted, sums}

  localparam int BUFFER_BITS = 67;
  logic                   adds_two;
  logic [63:0]            one;
  logic [63:0]            other;
  logic [63:0]            total;
  logic [63:0]            result;
  logic                   buffer_read;
  logic [3:0]             buffer_address;
  logic [BUFFER_BITS-1:0] buffer_word;
  assign adds_two = is_here && (!is_last || here[3]);
  assign one = levels == '0 ? own_sums : left_sums;
  assign other = is_last ? buffer_word[63:0] : right_sums;
  for (genvar i = 0; i < 2; i++) begin : g_add
    adder #(.FORMAT(2)) add (
        .a(one[32*i+:32] & {32{adds_two}}),
        .b(other[32*i+:32] & {32{adds_two}}),
        .sum(total[32*i+:32])
    );
  end
  assign result = adds_two ? total : one;
  always_ff @(posedge clock) if (is_here && !is_last) team_sums <= total;

  // ---- sending

  logic [4:0] sends;
  logic       begins;
  logic       shows;
  logic       goes_on;
  logic [3:0] next_place;
  assign begins = sends[levels];
  assign goes_on = shows && !buffer_word[66];
  assign buffer_read = begins || goes_on || (is_last && comes && coming[3]);
  assign buffer_address = begins ? '0 : goes_on ? next_place : coming_place;
  always_ff @(posedge clock) begin
    sends <= {sends[3:0], send} & {5{!reset}};
    if (begins || shows || reset) begin
      shows <= (begins || goes_on) && !reset;
      next_place <= buffer_address + 4'd1;
    end
  end
  memory_1r1w #(.WIDTH(BUFFER_BITS), .DEPTH(COUPLES)) sums (
      .clock,
      .read(buffer_read),
      .read_address(buffer_address),
      .read_word(buffer_word),
      .write(is_last && is_here),
      .write_address(place),
      .write_word({here[2:0], result})
  );
  assign out_valid = buffer_word[65:64] & {2{shows}};
  for (genvar i = 0; i < 2; i++) begin : g_round
    to_bf16 round (
        .sum(buffer_word[32*i+:32] & {32{shows}}),
        .value(out_values[i])
    );
  end

`ifdef ASSERTIONS
  logic       began;
  // sums were read that have not been sent; a read of others began in the cycle before
  logic       unsent;
  logic       anew;
  logic [6:0] constants;
  always @(posedge clock) begin
    began <= start && !reset;
    unsent <= !reset && (start || (unsent && (!send || anew)));
    anew <= !reset && start && !start_adds && unsent && !send;
    constants <= {levels, level, is_last};
  end
  always @(posedge clock)
    if (!reset) begin
      assert (levels <= 3'd4 && level <= levels) else $fatal(1, "drain_lane: no such level");
      assert (constants == {levels, level, is_last})
      else $fatal(1, "drain_lane: levels change not under reset");
      assert (!(anew && is_last) || send)
      else $fatal(1, "drain_lane: a read begins before the sums before it are sent");
      assert (!start || (rest == '0 && !began))
      else $fatal(1, "drain_lane: a read begins before the one before it has");
      assert (!start || start_mask != '0) else $fatal(1, "drain_lane: no sum is wanted");
      assert (!(comes && coming[3] && is_last && (begins || goes_on)))
      else $fatal(1, "drain_lane: sums are added before all has been sent");
      assert (!begins || !goes_on) else $fatal(1, "drain_lane: sent while the last is being sent");
    end
`endif
endmodule
