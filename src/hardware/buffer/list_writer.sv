// Writes the list of a position slice: a bitmap, 32 positions at a time, and packed values become
// words of three entries, as `trace` reads them.
//
// Values of a list are in the order of its entries, so only the distances (5 bits) are packed into
// words here, and values follow by count. A distance of 31 is no nonzero: a filler before a farther
// one, or padding after the last. At most three nonzeros a cycle, so a word a cycle; 32 positions
// without one take a cycle, too.
module list_writer #(
    parameter int VALUE_BITS = 16,
    localparam int ENTRY = VALUE_BITS + 5
) (
    input  logic                       clock,
    input  logic                       reset,
    // there is a bitmap
    input  logic                       bitmap_valid,
    // 32 positions of the list
    input  logic [31:0]                bitmap,
    // they are the list's last
    input  logic                       bitmap_last,
    // it is taken
    output logic                       bitmap_take,
    // there are values
    input  logic                       values_valid,
    // eight of them; those of lists follow each other without a gap
    input  logic [7:0][VALUE_BITS-1:0] values,
    // they are taken
    output logic                       values_take,
    // there is a list word
    output logic                       list_valid,
    // the word
    output logic [3*ENTRY:0]           list_word
);
  // ---- up to three nonzeros of the bitmap

  logic [31:0] left;
  logic        last;
  logic        there;
  logic [6:0]  gap;
  logic [2:0]  found;
  logic [14:0] place;
  logic [31:0] rest1;
  logic [31:0] rest2;
  logic [31:0] rest3;
  next_one #(.WIDTH(32)) one (
      .vector(left), .found(found[0]), .place(place[4:0]), .rest(rest1)
  );
  next_one #(.WIDTH(32)) two (
      .vector(rest1), .found(found[1]), .place(place[9:5]), .rest(rest2)
  );
  next_one #(.WIDTH(32)) three (
      .vector(rest2), .found(found[2]), .place(place[14:10]), .rest(rest3)
  );

  logic [6:0]  far;
  logic        filler;
  logic [14:0] fresh;
  logic [1:0]  fresh_count;
  logic        through;
  logic        done;
  logic        go;
  assign far = gap + 7'(place[4:0]);
  assign filler = found[0] && far >= 7'd31;
  assign fresh[4:0] = filler ? 5'd31 : far[4:0];
  assign fresh[9:5] = place[9:5] + ~place[4:0];
  assign fresh[14:10] = place[14:10] + ~place[9:5];
  assign fresh_count = filler ? 2'd1 : {found[1], found[0] && (!found[1] || found[2])};
  assign through = !filler && rest3 == '0;
  assign done = there && last && through;

  // ---- distances in words of three; up to three wait, since the last word must be known as such

  logic [14:0] wait_for;
  logic [1:0]  count;
  logic        flush;
  logic [29:0] line;
  logic [2:0]  total;
  logic        emit;
  assign total = {1'b0, count} + {1'b0, flush || !there ? 2'd0 : fresh_count};
  always_comb begin
    line = '1;
    for (int i = 0; i < 6; i++) begin
      for (int c = 0; c <= 3; c++)
        if (count == 2'(c) && i >= c && i - c < 3 && 3'(i) < total)
          line[i*5+:5] = fresh[(i-c)*5+:5];
      if (i < 3 && 2'(i) < count) line[i*5+:5] = wait_for[i*5+:5];
    end
  end
  assign emit = flush || total > 3'd3 || done;

  // ---- values

  logic [7:0][VALUE_BITS-1:0] held;
  logic [7:0][VALUE_BITS-1:0] mixed;
  logic [2:0][VALUE_BITS-1:0] three_values;
  logic                       held_valid;
  logic [2:0]                 at;
  logic [2:0]                 real_one;
  logic [1:0]                 used;
  logic                       enough;
  logic                       wraps;
  for (genvar i = 0; i < 3; i++) begin : g_real
    assign real_one[i] = !(&line[i*5+:5]);
  end
  assign used = 2'(real_one[0]) + 2'(real_one[1]) + 2'(real_one[2]);
  assign wraps = {1'b0, at} + 4'(used) > 4'd7;
  assign enough = used == 2'd0
      || (held_valid && (values_valid || {1'b0, at} + 4'(used) <= 4'd8));
  for (genvar i = 0; i < 8; i++) begin : g_mixed
    assign mixed[i] = 3'(i) < at ? values[i] : held[i];
  end
  for (genvar i = 0; i < 3; i++) begin : g_value
    logic [2:0] index;
    assign index = at + 3'(i);
    assign three_values[i] = mixed[index];
  end
  assign list_valid = emit && enough;
  assign list_word = {
    done && total <= 3'd3 || flush,
    real_one[0] && real_one[1] ? three_values[2]
        : real_one[0] || real_one[1] ? three_values[1] : three_values[0],
    line[14:10],
    real_one[0] ? three_values[1] : three_values[0],
    line[9:5],
    three_values[0],
    line[4:0]
  };
  assign go = !emit || enough;
  assign values_take = values_valid && (!held_valid || (list_valid && wraps));
  assign bitmap_take = bitmap_valid && go && !flush && (!there || through);

  always_ff @(posedge clock) begin
    if (values_take) held <= values;
    held_valid <= !reset && (values_take || (held_valid && !(list_valid && wraps)));
    if (list_valid) at <= at + 3'(used);
    if (go) begin
      count <= emit ? (total > 3'd3 ? 2'(total - 3'd3) : 2'd0) : total[1:0];
      wait_for <= emit ? line[29:15] : line[14:0];
      flush <= done && !flush && total > 3'd3;
      if (!flush) begin
        if (bitmap_take) begin
          left <= bitmap;
          last <= bitmap_last;
        end else if (there && !filler) left <= rest3;
        there <= bitmap_take || (there && !through);
        if (done) gap <= '0;
        else if (there && filler) gap <= gap - 7'd31;
        else if (there && through)
          gap <= found[2] ? 7'(~place[14:10]) & 7'd31
              : found[1] ? 7'(~place[9:5]) & 7'd31
              : found[0] ? 7'(~place[4:0]) & 7'd31 : gap + 7'd32;
        else if (there) gap <= '0 - 7'(place[14:10]) - 7'd1;
      end
    end
    if (reset) begin
      count <= '0;
      flush <= '0;
      there <= '0;
      gap <= '0;
      at <= '0;
    end
  end
endmodule
