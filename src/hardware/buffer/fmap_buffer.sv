// The fmap chunks of a PE: one in use, others arriving or waiting.
//
// A chunk is a bitmap, 32 bits to a word, and its nonzero values in the order of their bits. `rank` says how many
// values lie before each word, so that a value is found from its bit alone.
// Load: a beat brings up to LOAD_WORDS words, then up to LOAD_VALUES values; it can be read in the next cycle.
// Read: combinational; WINDOWS windows of VECTOR_BITS bits and two of 32 bits, from any bit on, and two values.
// What a window reads beyond its chunk is not defined: the emap's vector has zeros there.
module fmap_buffer #(
    parameter int VALUE_BITS = 16,
    parameter int VECTOR_BITS = 192,
    parameter int CHUNKS = 2,
    parameter int CHUNK_BYTES = 384,
    parameter int WINDOWS = 2,
    parameter int LOAD_WORDS = 4,
    parameter int LOAD_VALUES = 8,
    parameter int CHUNK_BITS = $clog2(CHUNKS),
    parameter int WORD_BITS = $clog2((CHUNK_BYTES + 3) / 4),
    parameter int INDEX_BITS = $clog2(CHUNK_BYTES * 8 / VALUE_BITS + 1),
    // bit of a chunk, chunk included
    parameter int ADDRESS_BITS = CHUNK_BITS + WORD_BITS + 5
) (
    input  logic                               clock,
    input  logic                               load,
    input  logic                               load_first,
    input  logic [CHUNK_BITS-1:0]              load_chunk,
    input  logic [$clog2(LOAD_WORDS+1)-1:0]    load_word_count,
    input  logic [LOAD_WORDS*32-1:0]           load_words,
    input  logic [$clog2(LOAD_VALUES+1)-1:0]   load_value_count,
    input  logic [LOAD_VALUES*VALUE_BITS-1:0]  load_values,
    input  logic [WINDOWS*ADDRESS_BITS-1:0]    window_address,
    output logic [WINDOWS*VECTOR_BITS-1:0]      window,
    input  logic [2*ADDRESS_BITS-1:0]          word_address,
    output logic [63:0]                        word,
    input  logic [2*ADDRESS_BITS-1:0]          value_address,
    output logic [2*VALUE_BITS-1:0]            value
);
  localparam int LINE_BITS = CHUNK_BITS + WORD_BITS;
  localparam int SPAN = (VECTOR_BITS + 62) / 32;

  logic [31:0]           bits  [2**LINE_BITS];
  logic [INDEX_BITS-1:0] rank  [2**LINE_BITS];
  logic [VALUE_BITS-1:0] values[2**(CHUNK_BITS+INDEX_BITS)];

  logic [WORD_BITS-1:0]  words_loaded;
  logic [INDEX_BITS-1:0] values_loaded;
  logic [INDEX_BITS-1:0] ones_loaded;
  logic [WORD_BITS-1:0]  first_word;
  logic [INDEX_BITS-1:0] first_value;

  // values before each word of the beat, and after its last
  logic [LOAD_WORDS*6-1:0] ones_of_word;
  logic [INDEX_BITS-1:0]    ones_before[LOAD_WORDS];
  logic [INDEX_BITS-1:0]    ones_after;

  assign first_word = load_first ? '0 : words_loaded;
  assign first_value = load_first ? '0 : values_loaded;

  for (genvar w = 0; w < LOAD_WORDS; w++) begin : g_load
    logic [31:0] loaded;
    assign loaded = int'(load_word_count) > w ? load_words[w*32+:32] : '0;
    count_ones #(.WIDTH(32)) word_ones (.vector(loaded), .count(ones_of_word[w*6+:6]));
  end
  always_comb begin
    ones_after = load_first ? '0 : ones_loaded;
    for (int w = 0; w < LOAD_WORDS; w++) begin
      ones_before[w] = ones_after;
      ones_after = ones_after + INDEX_BITS'(ones_of_word[w*6+:6]);
    end
  end

  always_ff @(posedge clock) begin
    if (load) begin
      for (int w = 0; w < LOAD_WORDS; w++)
        if (w < int'(load_word_count)) begin
          bits[{load_chunk, first_word+WORD_BITS'(w)}] <= load_words[w*32+:32];
          rank[{load_chunk, first_word+WORD_BITS'(w)}] <= ones_before[w];
        end
      for (int v = 0; v < LOAD_VALUES; v++)
        if (v < int'(load_value_count))
          values[{load_chunk, first_value+INDEX_BITS'(v)}] <= load_values[v*VALUE_BITS+:VALUE_BITS];
      words_loaded  <= first_word + WORD_BITS'(load_word_count);
      values_loaded <= first_value + INDEX_BITS'(load_value_count);
      ones_loaded   <= ones_after;
    end
  end

  for (genvar i = 0; i < WINDOWS; i++) begin : g_window
    logic [ADDRESS_BITS-1:0] address;
    logic [SPAN*32-1:0]      words;
    assign address = window_address[i*ADDRESS_BITS+:ADDRESS_BITS];
    for (genvar w = 0; w < SPAN; w++) begin : g_word
      assign words[w*32+:32] = bits[address[ADDRESS_BITS-1:5]+LINE_BITS'(w)];
    end
    assign window[i*VECTOR_BITS+:VECTOR_BITS] = VECTOR_BITS'(words >> address[4:0]);
  end

  for (genvar i = 0; i < 2; i++) begin : g_short
    logic [ADDRESS_BITS-1:0] address;
    logic [LINE_BITS-1:0]    line;
    assign address = word_address[i*ADDRESS_BITS+:ADDRESS_BITS];
    assign line = address[ADDRESS_BITS-1:5];
    assign word[i*32+:32] = 32'({bits[line+LINE_BITS'(1)], bits[line]} >> address[4:0]);
  end

  for (genvar i = 0; i < 2; i++) begin : g_value
    logic [ADDRESS_BITS-1:0] address;
    logic [31:0]             below;
    logic [5:0]              ones;
    logic [INDEX_BITS-1:0]   index;
    assign address = value_address[i*ADDRESS_BITS+:ADDRESS_BITS];
    assign below = bits[address[ADDRESS_BITS-1:5]] & ~(32'hffff_ffff << address[4:0]);
    count_ones #(.WIDTH(32)) below_ones (.vector(below), .count(ones));
    assign index = rank[address[ADDRESS_BITS-1:5]] + INDEX_BITS'(ones);
    // a small chunk has fewer values than a word has bits
    logic unused;
    assign unused = &{1'b0, ones};
    assign value[i*VALUE_BITS+:VALUE_BITS] = values[{address[ADDRESS_BITS-1-:CHUNK_BITS], index}];
  end
endmodule
