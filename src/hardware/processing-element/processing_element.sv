// A PE without its MAC: fmap and emap buffer, valid-data trace, accumulators.
//
// The MAC stands in the cluster, since it may work for another PE. Pairs leave with their values; products come back.
// Latency: a pair's values leave two cycles after its grant; its product must come back in the cycle after that; a
// drained sum leaves five cycles after `drain`, and has every pair that was granted before that cycle.
module processing_element #(
    parameter int FORMAT = 2,
    parameter int VALUE_BITS = 16,
    parameter int VECTOR_BITS = 192,
    parameter int VECTOR_TAPS = 2,
    parameter int ROUND_KS = 4,
    parameter int ACCUMULATORS = 144,
    parameter int CHUNKS = 2,
    parameter int CHUNK_BYTES = 384,
    parameter int ROUND_BYTES = 128,
    parameter int LOAD_WORDS = 4,
    parameter int LOAD_FMAP_VALUES = 8,
    parameter int LOAD_EMAP_VALUES = 8,
    parameter int CHUNK_BITS = $clog2(CHUNKS),
    parameter int K_BITS = ROUND_KS > 1 ? $clog2(ROUND_KS) : 1,
    parameter int SUM_BITS = $clog2(ACCUMULATORS),
    parameter int OFFSET_BITS = $clog2((CHUNK_BYTES + 3) / 4) + 5,
    parameter int EMAP_INDEX_BITS = $clog2(ROUND_BYTES * 8 / VALUE_BITS + 1),
    parameter int BASE_BITS = (VECTOR_BITS + 31) / 32 * EMAP_INDEX_BITS,
    parameter int PAIR_BITS = $clog2(VECTOR_BITS * ACCUMULATORS + 1)
) (
    input  logic                                      clock,
    input  logic                                      reset,
    // the table of trace vectors
    input  logic                                      table_write,
    input  logic [SUM_BITS-1:0]                       table_vector,
    input  logic [OFFSET_BITS-1:0]                    table_offset,
    input  logic [K_BITS-1:0]                         table_k,
    // fmap
    input  logic                                      fmap_load,
    input  logic                                      fmap_first,
    input  logic [CHUNK_BITS-1:0]                     fmap_chunk,
    input  logic [$clog2(LOAD_WORDS+1)-1:0]           fmap_word_count,
    input  logic [LOAD_WORDS*32-1:0]                  fmap_words,
    input  logic [$clog2(LOAD_FMAP_VALUES+1)-1:0]     fmap_value_count,
    input  logic [LOAD_FMAP_VALUES*VALUE_BITS-1:0]    fmap_values,
    // emap and mask
    input  logic                                      emap_load,
    input  logic                                      emap_first,
    input  logic                                      emap_last,
    input  logic [1:0]                                emap_slot,
    input  logic [ROUND_KS-1:0]                       emap_vectors,
    input  logic [ROUND_KS*VECTOR_BITS-1:0]            emap_bits,
    input  logic [ROUND_KS*BASE_BITS-1:0]             emap_bases,
    input  logic [$clog2(LOAD_EMAP_VALUES+1)-1:0]     emap_value_count,
    input  logic [LOAD_EMAP_VALUES*VALUE_BITS-1:0]    emap_values,
    input  logic [ACCUMULATORS-1:0]                   mask,
    // counting
    input  logic                                      count,
    input  logic [1:0]                                count_slot,
    input  logic [CHUNK_BITS-1:0]                     count_chunk,
    output logic [2:0]                                uncounted,
    // handing out
    input  logic [1:0]                                active_slot,
    input  logic [CHUNK_BITS-1:0]                     active_chunk,
    input  logic [SUM_BITS-1:0]                       active_base,
    input  logic [SUM_BITS:0]                         ring_sums,
    input  logic [1:0]                                grant,
    input  logic                                      leave,
    output logic [PAIR_BITS-1:0]                      pairs_left,
    // to the MACs and back
    output logic [1:0]                                pair_valid,
    output logic [2*VALUE_BITS-1:0]                   pair_fmap,
    output logic [2*VALUE_BITS-1:0]                   pair_emap,
    input  logic [63:0]                               product,
    // draining
    input  logic                                      drain,
    input  logic [SUM_BITS-1:0]                       drain_place,
    output logic [31:0]                               drained
);
  localparam int ADDRESS_BITS = CHUNK_BITS + OFFSET_BITS;
  localparam int WORDS = (VECTOR_BITS + 31) / 32;
  localparam int WORD_BITS = WORDS > 1 ? $clog2(WORDS) : 1;

  logic [VECTOR_TAPS*ADDRESS_BITS-1:0] window_address;
  logic [VECTOR_TAPS*VECTOR_BITS-1:0]   window;
  logic [VECTOR_TAPS*(2+K_BITS)-1:0]   vector_address;
  logic [VECTOR_TAPS*VECTOR_BITS-1:0]   vector;
  logic [2*ADDRESS_BITS-1:0]          fmap_address;
  logic [63:0]                        fmap_word;
  logic [2*(2+K_BITS+WORD_BITS)-1:0]  emap_address;
  logic [63:0]                        emap_word;
  logic [2*EMAP_INDEX_BITS-1:0]       emap_base;
  logic [1:0]                        found_valid;
  logic [2*SUM_BITS-1:0]             found_sum;
  logic [2*ADDRESS_BITS-1:0]         found_fmap;
  logic [2*(2+EMAP_INDEX_BITS)-1:0]  found_emap;
  logic [2*VALUE_BITS-1:0]           fmap_value;
  logic [2*VALUE_BITS-1:0]           emap_value;

  fmap_buffer #(
      .VALUE_BITS(VALUE_BITS), .VECTOR_BITS(VECTOR_BITS), .CHUNKS(CHUNKS), .CHUNK_BYTES(CHUNK_BYTES),
      .WINDOWS(VECTOR_TAPS), .LOAD_WORDS(LOAD_WORDS), .LOAD_VALUES(LOAD_FMAP_VALUES)
  ) fmap (
      .clock, .load(fmap_load), .load_first(fmap_first), .load_chunk(fmap_chunk), .load_word_count(fmap_word_count),
      .load_words(fmap_words), .load_value_count(fmap_value_count), .load_values(fmap_values),
      .window_address, .window, .word_address(fmap_address), .word(fmap_word),
      .value_address(found_fmap), .value(fmap_value)
  );

  emap_buffer #(
      .VALUE_BITS(VALUE_BITS), .VECTOR_BITS(VECTOR_BITS), .ROUND_KS(ROUND_KS), .ROUND_BYTES(ROUND_BYTES),
      .VECTORS(VECTOR_TAPS), .LOAD_VALUES(LOAD_EMAP_VALUES)
  ) emap (
      .clock, .load(emap_load), .load_first(emap_first), .load_slot(emap_slot), .load_vectors(emap_vectors),
      .load_bits(emap_bits), .load_bases(emap_bases), .load_value_count(emap_value_count),
      .load_values(emap_values), .vector_address, .vector, .word_address(emap_address), .word(emap_word), .base(emap_base),
      .value_address(found_emap), .value(emap_value)
  );

  valid_data_trace #(
      .VECTOR_BITS(VECTOR_BITS), .VECTOR_TAPS(VECTOR_TAPS), .ACCUMULATORS(ACCUMULATORS), .K_BITS(K_BITS),
      .CHUNK_BITS(CHUNK_BITS), .ADDRESS_BITS(ADDRESS_BITS), .EMAP_INDEX_BITS(EMAP_INDEX_BITS)
  ) valid_data (
      .clock, .reset, .table_write, .table_vector, .table_offset, .table_k,
      .arrive(emap_load && emap_last), .arrive_slot(emap_slot), .arrive_wanted(mask),
      .count, .count_slot, .count_chunk, .uncounted,
      .active_slot, .active_chunk, .grant, .leave, .pairs_left,
      .window_address, .window, .vector_address, .vector,
      .fmap_address, .fmap_word, .emap_address, .emap_word, .emap_base,
      .pair_valid(found_valid), .pair_sum(found_sum), .pair_fmap(found_fmap), .pair_emap(found_emap)
  );

  // the places of the sums go along: beside the pair that was found, its values, its product
  logic [SUM_BITS-1:0]   base;
  logic [2*SUM_BITS-1:0] found_place;
  logic [2*SUM_BITS-1:0] pair_place;
  logic [2*SUM_BITS-1:0] product_place;
  logic [1:0]            product_valid;

  for (genvar i = 0; i < 2; i++) begin : g_place
    logic [SUM_BITS:0] place;
    assign place = (SUM_BITS + 1)'(base) + (SUM_BITS + 1)'(found_sum[i*SUM_BITS+:SUM_BITS]);
    assign found_place[i*SUM_BITS+:SUM_BITS] = SUM_BITS'(place >= ring_sums ? place - ring_sums : place);
  end

  always_ff @(posedge clock) begin
    base          <= active_base;
    pair_valid    <= reset ? '0 : found_valid;
    pair_fmap     <= fmap_value;
    pair_emap     <= emap_value;
    pair_place    <= found_place;
    product_valid <= reset ? '0 : pair_valid;
    product_place <= pair_place;
  end

  // a drain waits for the pairs before it
  logic                drain_now;
  logic [SUM_BITS-1:0] drain_place_now;
  delay #(.WIDTH(1 + SUM_BITS), .CYCLES(3)) wait_for_pairs (
      .clock, .reset, .now({drain, drain_place}), .later({drain_now, drain_place_now})
  );

  accumulators #(.FORMAT(FORMAT), .ACCUMULATORS(ACCUMULATORS)) gradients (
      .clock, .reset, .valid(product_valid), .place(product_place), .product,
      .drain(drain_now), .drain_place(drain_place_now), .drained
  );
endmodule
