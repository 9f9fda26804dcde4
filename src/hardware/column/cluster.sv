// PEs that help each other, their MACs and their balancer.
//
// A pair's values go to a MAC two cycles after it was granted; the product is back one cycle later. The balancer decides
// in the cycle of the grant where the pair will go, and where its product will come from.
module cluster #(
    parameter int MACS = 8,
    parameter int HELP = 1,
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
    parameter int PAIR_BITS = $clog2(VECTOR_BITS * ACCUMULATORS + 1),
    parameter int WORD_COUNT_BITS = $clog2(LOAD_WORDS + 1),
    parameter int FMAP_COUNT_BITS = $clog2(LOAD_FMAP_VALUES + 1),
    parameter int EMAP_COUNT_BITS = $clog2(LOAD_EMAP_VALUES + 1)
) (
    input  logic                                          clock,
    input  logic                                          reset,
    input  logic                                          table_write,
    input  logic [SUM_BITS-1:0]                           table_vector,
    input  logic [OFFSET_BITS-1:0]                        table_offset,
    input  logic [K_BITS-1:0]                             table_k,
    input  logic                                          fmap_load,
    input  logic                                          fmap_first,
    input  logic [CHUNK_BITS-1:0]                         fmap_chunk,
    input  logic [MACS*WORD_COUNT_BITS-1:0]               fmap_word_count,
    input  logic [MACS*LOAD_WORDS*32-1:0]                 fmap_words,
    input  logic [MACS*FMAP_COUNT_BITS-1:0]               fmap_value_count,
    input  logic [MACS*LOAD_FMAP_VALUES*VALUE_BITS-1:0]   fmap_values,
    input  logic                                          emap_load,
    input  logic                                          emap_first,
    input  logic                                          emap_last,
    input  logic [1:0]                                    emap_slot,
    input  logic [MACS*ROUND_KS-1:0]                      emap_vectors,
    input  logic [MACS*ROUND_KS*VECTOR_BITS-1:0]           emap_bits,
    input  logic [MACS*ROUND_KS*BASE_BITS-1:0]            emap_bases,
    input  logic [MACS*EMAP_COUNT_BITS-1:0]               emap_value_count,
    input  logic [MACS*LOAD_EMAP_VALUES*VALUE_BITS-1:0]   emap_values,
    input  logic [MACS*ACCUMULATORS-1:0]                  mask,
    input  logic                                          count,
    input  logic [1:0]                                    count_slot,
    input  logic [CHUNK_BITS-1:0]                         count_chunk,
    output logic [2:0]                                    uncounted,
    // the round that is multiplied; `cycles` are left of it in this cycle
    input  logic                                          active,
    input  logic [1:0]                                    active_slot,
    input  logic [CHUNK_BITS-1:0]                         active_chunk,
    input  logic [SUM_BITS-1:0]                           active_base,
    input  logic [SUM_BITS:0]                             ring_sums,
    input  logic [PAIR_BITS-1:0]                          cycles,
    output logic [PAIR_BITS-1:0]                          cycles_needed,
    output logic [MACS-1:0]                               busy,
    input  logic [MACS-1:0]                               drain,
    input  logic [MACS*SUM_BITS-1:0]                      drain_place,
    output logic [MACS*32-1:0]                            drained
);
  localparam int MAC_BITS = MACS > 1 ? $clog2(MACS) : 1;

  logic [MACS*3-1:0]            uncounted_of;
  logic [MACS*PAIR_BITS-1:0]    pairs_left;
  logic [MACS*2-1:0]            grant;
  logic [MACS-1:0]              helps;
  logic [MACS*MAC_BITS-1:0]     helped;
  logic [MACS*MAC_BITS-1:0]     helper;
  logic [MACS*2-1:0]            pair_valid;
  logic [MACS*2*VALUE_BITS-1:0] pair_fmap;
  logic [MACS*2*VALUE_BITS-1:0] pair_emap;
  logic [MACS*32-1:0]           product;

  balancer #(.MACS(MACS), .HELP(HELP), .PAIR_BITS(PAIR_BITS)) balance (
      .pairs_left, .cycles_needed, .active, .cycles, .grant, .busy, .helps, .helped, .helper
  );

  always_comb begin
    uncounted = '0;
    for (int i = 0; i < MACS; i++) uncounted = uncounted | uncounted_of[i*3+:3];
  end

  // where pairs go and products come from, kept until the pairs are there
  logic [MACS-1:0]          helps_found;
  logic [MACS-1:0]          helps_now;
  logic [MACS*MAC_BITS-1:0] helped_found;
  logic [MACS*MAC_BITS-1:0] helped_now;
  logic [MACS*MAC_BITS-1:0] helper_found;
  logic [MACS*MAC_BITS-1:0] helper_pair;
  logic [MACS*MAC_BITS-1:0] helper_now;
  always_ff @(posedge clock) begin
    helps_found  <= helps;
    helps_now    <= helps_found;
    helped_found <= helped;
    helped_now   <= helped_found;
    helper_found <= helper;
    helper_pair  <= helper_found;
    helper_now   <= helper_pair;
  end

  for (genvar i = 0; i < MACS; i++) begin : g_pe
    logic [MAC_BITS-1:0]   of;
    logic [VALUE_BITS-1:0] a;
    logic [VALUE_BITS-1:0] b;
    logic [31:0]           made;
    logic [63:0]           back;

    assign of = helped_now[i*MAC_BITS+:MAC_BITS];
    assign a = helps_now[i] ? pair_fmap[(int'(of)*2+1)*VALUE_BITS+:VALUE_BITS] : pair_fmap[i*2*VALUE_BITS+:VALUE_BITS];
    assign b = helps_now[i] ? pair_emap[(int'(of)*2+1)*VALUE_BITS+:VALUE_BITS] : pair_emap[i*2*VALUE_BITS+:VALUE_BITS];
    multiplier #(.FORMAT(FORMAT), .VALUE_BITS(VALUE_BITS)) mac (.a, .b, .product(made));
    always_ff @(posedge clock) product[i*32+:32] <= made;
    assign back = {product[int'(helper_now[i*MAC_BITS+:MAC_BITS])*32+:32], product[i*32+:32]};

    processing_element #(
        .FORMAT(FORMAT), .VALUE_BITS(VALUE_BITS), .VECTOR_BITS(VECTOR_BITS), .VECTOR_TAPS(VECTOR_TAPS),
        .ROUND_KS(ROUND_KS), .ACCUMULATORS(ACCUMULATORS), .CHUNKS(CHUNKS), .CHUNK_BYTES(CHUNK_BYTES),
        .ROUND_BYTES(ROUND_BYTES), .LOAD_WORDS(LOAD_WORDS), .LOAD_FMAP_VALUES(LOAD_FMAP_VALUES),
        .LOAD_EMAP_VALUES(LOAD_EMAP_VALUES)
    ) pe (
        .clock, .reset, .table_write, .table_vector, .table_offset, .table_k,
        .fmap_load, .fmap_first, .fmap_chunk,
        .fmap_word_count(fmap_word_count[i*WORD_COUNT_BITS+:WORD_COUNT_BITS]),
        .fmap_words(fmap_words[i*LOAD_WORDS*32+:LOAD_WORDS*32]),
        .fmap_value_count(fmap_value_count[i*FMAP_COUNT_BITS+:FMAP_COUNT_BITS]),
        .fmap_values(fmap_values[i*LOAD_FMAP_VALUES*VALUE_BITS+:LOAD_FMAP_VALUES*VALUE_BITS]),
        .emap_load, .emap_first, .emap_last, .emap_slot,
        .emap_vectors(emap_vectors[i*ROUND_KS+:ROUND_KS]),
        .emap_bits(emap_bits[i*ROUND_KS*VECTOR_BITS+:ROUND_KS*VECTOR_BITS]),
        .emap_bases(emap_bases[i*ROUND_KS*BASE_BITS+:ROUND_KS*BASE_BITS]),
        .emap_value_count(emap_value_count[i*EMAP_COUNT_BITS+:EMAP_COUNT_BITS]),
        .emap_values(emap_values[i*LOAD_EMAP_VALUES*VALUE_BITS+:LOAD_EMAP_VALUES*VALUE_BITS]),
        .mask(mask[i*ACCUMULATORS+:ACCUMULATORS]),
        .count, .count_slot, .count_chunk, .uncounted(uncounted_of[i*3+:3]),
        .active_slot, .active_chunk, .active_base, .ring_sums,
        .grant(grant[i*2+:2]), .leave(active && cycles == PAIR_BITS'(1)),
        .pairs_left(pairs_left[i*PAIR_BITS+:PAIR_BITS]),
        .pair_valid(pair_valid[i*2+:2]), .pair_fmap(pair_fmap[i*2*VALUE_BITS+:2*VALUE_BITS]),
        .pair_emap(pair_emap[i*2*VALUE_BITS+:2*VALUE_BITS]), .product(back),
        .drain(drain[i]), .drain_place(drain_place[i*SUM_BITS+:SUM_BITS]), .drained(drained[i*32+:32])
    );
  end

  // a PE's own places go with its pairs, so a MAC need not know whether its pair is one
  logic unused;
  assign unused = &{1'b0, pair_valid};
endmodule
