// The emap rounds of a PE: one multiplied, one counted, one arriving.
//
// A round is a trace vector for each of its k's, halo columns and rows included, and the nonzero values of all of them.
// `bases` say where the values of each word of 32 bits begin among the round's, so that a value is found from its bit alone.
// Load: a beat brings the vectors whose bit in `load_vectors` is set, and up to LOAD_VALUES values; it can be read in
// the next cycle. Read: combinational; VECTORS vectors, two words with their bases, and two values.
module emap_buffer #(
    parameter int VALUE_BITS = 16,
    parameter int VECTOR_BITS = 192,
    parameter int ROUND_KS = 4,
    parameter int ROUND_BYTES = 128,
    parameter int VECTORS = 2,
    parameter int LOAD_VALUES = 8,
    parameter int K_BITS = ROUND_KS > 1 ? $clog2(ROUND_KS) : 1,
    parameter int INDEX_BITS = $clog2(ROUND_BYTES * 8 / VALUE_BITS + 1),
    parameter int WORDS = (VECTOR_BITS + 31) / 32,
    parameter int WORD_BITS = WORDS > 1 ? $clog2(WORDS) : 1,
    // slot, k, word
    parameter int ADDRESS_BITS = 2 + K_BITS + WORD_BITS
) (
    input  logic                                 clock,
    input  logic                                 load,
    input  logic                                 load_first,
    input  logic [1:0]                           load_slot,
    input  logic [ROUND_KS-1:0]                  load_vectors,
    input  logic [ROUND_KS*VECTOR_BITS-1:0]       load_bits,
    input  logic [ROUND_KS*WORDS*INDEX_BITS-1:0] load_bases,
    input  logic [$clog2(LOAD_VALUES+1)-1:0]     load_value_count,
    input  logic [LOAD_VALUES*VALUE_BITS-1:0]    load_values,
    input  logic [VECTORS*(2+K_BITS)-1:0]        vector_address,
    output logic [VECTORS*VECTOR_BITS-1:0]        vector,
    input  logic [2*ADDRESS_BITS-1:0]            word_address,
    output logic [63:0]                          word,
    output logic [2*INDEX_BITS-1:0]              base,
    input  logic [2*(2+INDEX_BITS)-1:0]          value_address,
    output logic [2*VALUE_BITS-1:0]              value
);
  logic [VECTOR_BITS-1:0]       vectors[2**(2+K_BITS)];
  logic [WORDS*INDEX_BITS-1:0] bases  [2**(2+K_BITS)];
  logic [VALUE_BITS-1:0]       values [2**(2+INDEX_BITS)];

  logic [INDEX_BITS-1:0] values_loaded;
  logic [INDEX_BITS-1:0] first_value;

  assign first_value = load_first ? '0 : values_loaded;

  always_ff @(posedge clock) begin
    if (load) begin
      for (int k = 0; k < ROUND_KS; k++)
        if (load_vectors[k]) begin
          vectors[{load_slot, K_BITS'(k)}] <= load_bits[k*VECTOR_BITS+:VECTOR_BITS];
          bases[{load_slot, K_BITS'(k)}]   <= load_bases[k*WORDS*INDEX_BITS+:WORDS*INDEX_BITS];
        end
      for (int v = 0; v < LOAD_VALUES; v++)
        if (v < int'(load_value_count))
          values[{load_slot, first_value+INDEX_BITS'(v)}] <= load_values[v*VALUE_BITS+:VALUE_BITS];
      values_loaded <= first_value + INDEX_BITS'(load_value_count);
    end
  end

  for (genvar i = 0; i < VECTORS; i++) begin : g_vector
    assign vector[i*VECTOR_BITS+:VECTOR_BITS] = vectors[vector_address[i*(2+K_BITS)+:2+K_BITS]];
  end

  for (genvar i = 0; i < 2; i++) begin : g_word
    logic [2+K_BITS-1:0]         vector_of;
    logic [WORD_BITS-1:0]        place;
    logic [WORDS*32-1:0]         words;
    logic [WORDS*INDEX_BITS-1:0] bases_of;
    assign {vector_of, place} = word_address[i*ADDRESS_BITS+:ADDRESS_BITS];
    assign words = (WORDS * 32)'(vectors[vector_of]);
    assign bases_of = bases[vector_of];
    assign word[i*32+:32] = words[place*32+:32];
    assign base[i*INDEX_BITS+:INDEX_BITS] = bases_of[place*INDEX_BITS+:INDEX_BITS];
  end

  for (genvar i = 0; i < 2; i++) begin : g_value
    assign value[i*VALUE_BITS+:VALUE_BITS] = values[value_address[i*(2+INDEX_BITS)+:2+INDEX_BITS]];
  end
endmodule
