// Writes the list of a position slice as `trace` reads it: in layers with headers a header, then
// the bitmap as it is stored, then its values, which are packed, in words that begin anew with each
// list. An empty list is one word, the header or else the bitmap.
//
// Values of lists follow each other without a gap, so a list begins at any place of a word. That
// place stays for the whole list, since each of its words but the last takes as many values as one
// that comes has. A word a cycle. A header's masks and set come from elsewhere.
module list_writer #(
    parameter int VALUE_BITS = 16,
    // positions of a list
    localparam int POSITIONS = 64,
    // values of a word
    localparam int VALUES = VALUE_BITS == 8 ? 8 : 4,
    localparam int PLACE_BITS = $clog2(VALUES),
    // bits that number the words of values
    localparam int WORD_BITS = $clog2(POSITIONS) + 1 - PLACE_BITS
) (
    input  logic                              clock,
    input  logic                              reset,
    // lists have headers; changes under reset only
    input  logic                              headers,
    // there is a bitmap, which stays until it is taken
    input  logic                              bitmap_valid,
    // positions of the list
    input  logic [POSITIONS-1:0]              bitmap,
    // it is taken
    output logic                              bitmap_take,
    // there are values
    input  logic                              values_valid,
    // a word of them
    input  logic [VALUES-1:0][VALUE_BITS-1:0] values,
    // they are taken
    output logic                              values_take,
    // a header is due
    output logic                              header_valid,
    // as a header is due, or else a bitmap is taken: words of the list, its header not counted
    output logic [WORD_BITS-1:0]              list_length,
    // there is another word of the list
    output logic                              list_valid,
    // the word, else zeros; in the last one any values follow those of the list
    output logic [VALUES*VALUE_BITS-1:0]      list_word
);
  // ---- values of the list

  logic [WORD_BITS+PLACE_BITS-1:0] count;
  logic [WORD_BITS-1:0]            words;
  logic                            none;
  count_ones #(.WIDTH(POSITIONS)) ones (.vector(bitmap), .count(count));
  assign words = count[PLACE_BITS+:WORD_BITS] + WORD_BITS'(|count[PLACE_BITS-1:0]);
  assign none = count == '0;

  // ---- header, bitmap, words of values

  logic                 begins_list;
  logic                 after_header;
  logic                 writes_bitmap;
  logic [WORD_BITS-1:0] left;
  logic                 writes_values;
  logic                 last;
  logic                 goes;
  assign writes_values = left != '0;
  assign last = left == WORD_BITS'(1);
  assign begins_list = bitmap_valid && !writes_values && !after_header;
  assign header_valid = headers && begins_list;
  assign writes_bitmap = headers ? after_header : begins_list;
  assign list_length = headers && none ? '0 : words + WORD_BITS'(1);
  assign bitmap_take = writes_bitmap || (header_valid && none);
  assign list_valid = writes_bitmap || goes;

  // ---- the word that the list's next value is in: at its beginning it is the one that comes, else
  // it is kept but for its first value

  logic [VALUES-1:1][VALUE_BITS-1:0] kept;
  logic [PLACE_BITS-1:0]             at;
  logic [PLACE_BITS-1:0]             end_at;
  logic                              take;
  // the last word ends in the word that is kept: its end is behind the place where it begins
  assign take = !last || at == '0 || (end_at != '0 && end_at <= at);
  assign goes = writes_values && (values_valid || !take);
  assign values_take = goes && take;

  // from the place where the list begins
  logic [2*VALUES-1:1][VALUE_BITS-1:0] both;
  logic [VALUES-1:0]                   begins;
  assign both = {values, kept};
  always_comb begin
    for (int p = 0; p < VALUES; p++) begins[p] = goes && at == PLACE_BITS'(p);
    list_word = values & {VALUES * VALUE_BITS{begins[0]}};
    for (int p = 1; p < VALUES; p++)
      list_word |= both[p+:VALUES] & {VALUES * VALUE_BITS{begins[p]}};
    list_word[POSITIONS-1:0] |= bitmap & {POSITIONS{writes_bitmap}};
  end

  always_ff @(posedge clock) begin
    after_header <= !reset && header_valid && !none;
    if (writes_bitmap || goes || reset)
      left <= reset ? '0 : writes_bitmap ? words : left - WORD_BITS'(1);
    if (writes_bitmap) end_at <= at + count[PLACE_BITS-1:0];
    if ((goes && last) || reset) at <= reset ? '0 : end_at;
    // a word whose end is a word's end, too, is not needed any more
    if (values_take && (last ? end_at : at) != '0) kept <= values[VALUES-1:1];
  end

`ifdef ASSERTIONS
  logic                 waits;
  logic [POSITIONS-1:0] waiting;
  logic                 had_headers;
  always @(posedge clock) begin
    waits <= !reset && bitmap_valid && !bitmap_take;
    waiting <= bitmap;
    had_headers <= headers;
  end
  always @(posedge clock)
    if (!reset) begin
      assert (!waits || (bitmap_valid && bitmap == waiting))
      else $fatal(1, "list_writer: a bitmap is gone before it is taken");
      assert (headers == had_headers) else $fatal(1, "list_writer: headers change not under reset");
    end
`endif
endmodule
