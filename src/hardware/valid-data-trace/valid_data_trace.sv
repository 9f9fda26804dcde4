// The valid-data trace of a PE: counts the valid pairs of a round, then hands them out, up to two a cycle.
//
// A round comes with the trace vectors that the mask wants, as a bit for each of its sums (k, channel, tap). While the
// round before is multiplied, `count` makes the trace AND VECTOR_TAPS of them a cycle with the emap's vector of their
// k; it notes the pairs, and which vectors have any, in which of their words of 32 bits. Later `grant` pairs of round
// `active_slot` leave in a cycle, from the words that have some, lowest position first, without a gap: so handing out
// looks at two words, not at whole vectors.
// A table, the same in every PE and for a whole layer, has the k of each vector, and where its fmap window begins.
// Latency: counts are there in the cycle after; a pair leaves in the cycle after its grant.
module valid_data_trace #(
    parameter int VECTOR_BITS = 192,
    parameter int VECTOR_TAPS = 2,
    parameter int ACCUMULATORS = 144,
    parameter int K_BITS = 2,
    parameter int CHUNK_BITS = 1,
    parameter int ADDRESS_BITS = 13,
    parameter int EMAP_INDEX_BITS = 7,
    parameter int SUM_BITS = $clog2(ACCUMULATORS),
    parameter int OFFSET_BITS = ADDRESS_BITS - CHUNK_BITS,
    parameter int PAIR_BITS = $clog2(VECTOR_BITS * ACCUMULATORS + 1),
    parameter int WORDS = (VECTOR_BITS + 31) / 32,
    parameter int WORD_BITS = WORDS > 1 ? $clog2(WORDS) : 1
) (
    input  logic                                   clock,
    input  logic                                   reset,
    // the table
    input  logic                                   table_write,
    input  logic [SUM_BITS-1:0]                    table_vector,
    input  logic [OFFSET_BITS-1:0]                 table_offset,
    input  logic [K_BITS-1:0]                      table_k,
    // a round has arrived
    input  logic                                   arrive,
    input  logic [1:0]                             arrive_slot,
    input  logic [ACCUMULATORS-1:0]                arrive_wanted,
    // counting
    input  logic                                   count,
    input  logic [1:0]                             count_slot,
    input  logic [CHUNK_BITS-1:0]                  count_chunk,
    output logic [2:0]                             uncounted,
    // handing out; `leave` with the last grant of a round
    input  logic [1:0]                             active_slot,
    input  logic [CHUNK_BITS-1:0]                  active_chunk,
    input  logic [1:0]                             grant,
    input  logic                                   leave,
    output logic [PAIR_BITS-1:0]                   pairs_left,
    // reads of the buffers: to count, whole vectors
    output logic [VECTOR_TAPS*ADDRESS_BITS-1:0]     window_address,
    input  logic [VECTOR_TAPS*VECTOR_BITS-1:0]       window,
    output logic [VECTOR_TAPS*(2+K_BITS)-1:0]       vector_address,
    input  logic [VECTOR_TAPS*VECTOR_BITS-1:0]       vector,
    // to hand out, two words, and how many values of the round lie before each word of the emap
    output logic [2*ADDRESS_BITS-1:0]              fmap_address,
    input  logic [63:0]                            fmap_word,
    output logic [2*(2+K_BITS+WORD_BITS)-1:0]      emap_address,
    input  logic [63:0]                            emap_word,
    input  logic [2*EMAP_INDEX_BITS-1:0]           emap_base,
    // up to two pairs
    output logic [1:0]                             pair_valid,
    output logic [2*SUM_BITS-1:0]                  pair_sum,
    output logic [2*ADDRESS_BITS-1:0]              pair_fmap,
    output logic [2*(2+EMAP_INDEX_BITS)-1:0]       pair_emap
);
  localparam int COUNT_BITS = $clog2(VECTOR_BITS + 1);
  localparam int LENGTH_BITS = $clog2(ACCUMULATORS + 1);

  logic [OFFSET_BITS-1:0] offsets[2**SUM_BITS];
  logic [K_BITS-1:0]      ks     [2**SUM_BITS];

  // of each round: vectors to count, pairs to hand out, and the vectors that have pairs, with the words that have them
  logic [ACCUMULATORS-1:0]   wanted[3];
  logic [PAIR_BITS-1:0]      pairs [3];
  logic [LENGTH_BITS-1:0]    length[3];
  logic [SUM_BITS+WORDS-1:0] list  [2**(2+SUM_BITS)];

  always_ff @(posedge clock) begin
    if (table_write) begin
      offsets[table_vector] <= table_offset;
      ks[table_vector]      <= table_k;
    end
  end

  // ---- counting

  logic [ACCUMULATORS-1:0]          still_wanted[VECTOR_TAPS+1];
  logic [VECTOR_TAPS-1:0]            nonempty;
  logic [VECTOR_TAPS*SUM_BITS-1:0]   counted_vector;
  logic [VECTOR_TAPS*WORDS-1:0]      counted_words;
  logic [VECTOR_TAPS*COUNT_BITS-1:0] counted_pairs;

  assign still_wanted[0] = wanted[count_slot];
  for (genvar i = 0; i < VECTOR_TAPS; i++) begin : g_count
    logic                  found;
    logic [SUM_BITS-1:0]   place;
    logic [VECTOR_BITS-1:0] both;
    logic [WORDS*32-1:0]   words;
    logic [COUNT_BITS-1:0] ones;
    next_one #(.WIDTH(ACCUMULATORS)) next (
        .vector(still_wanted[i]), .found(found), .place(place), .rest(still_wanted[i+1])
    );
    assign window_address[i*ADDRESS_BITS+:ADDRESS_BITS] = {count_chunk, offsets[place]};
    assign vector_address[i*(2+K_BITS)+:2+K_BITS] = {count_slot, ks[place]};
    assign both = window[i*VECTOR_BITS+:VECTOR_BITS] & vector[i*VECTOR_BITS+:VECTOR_BITS];
    assign words = (WORDS * 32)'(both);
    for (genvar w = 0; w < WORDS; w++) begin : g_word
      assign counted_words[i*WORDS+w] = found && words[w*32+:32] != '0;
    end
    assign nonempty[i] = |counted_words[i*WORDS+:WORDS];
    assign counted_vector[i*SUM_BITS+:SUM_BITS] = place;
    count_ones #(.WIDTH(VECTOR_BITS)) of_both (.vector(both), .count(ones));
    assign counted_pairs[i*COUNT_BITS+:COUNT_BITS] = found ? ones : '0;
  end

  logic [PAIR_BITS-1:0]   more_pairs;
  logic [LENGTH_BITS-1:0] list_place[VECTOR_TAPS];
  logic [LENGTH_BITS-1:0] list_end;

  always_comb begin
    more_pairs = '0;
    list_end = length[count_slot];
    for (int i = 0; i < VECTOR_TAPS; i++) begin
      more_pairs = more_pairs + PAIR_BITS'(counted_pairs[i*COUNT_BITS+:COUNT_BITS]);
      list_place[i] = list_end;
      list_end = list_end + LENGTH_BITS'(nonempty[i]);
    end
  end

  always_ff @(posedge clock) begin
    for (int i = 0; i < VECTOR_TAPS; i++)
      if (count && nonempty[i])
        list[{count_slot, SUM_BITS'(list_place[i])}] <=
            {counted_vector[i*SUM_BITS+:SUM_BITS], counted_words[i*WORDS+:WORDS]};
  end

  // ---- handing out: word 0 is the lowest that has pairs left, word 1 the one after it, of the same vector or the next

  // place in the list, words of that vector that are done, bits of word 0 that are done
  logic [SUM_BITS-1:0] at;
  logic [WORDS-1:0]    done;
  logic [4:0]          from;

  logic [SUM_BITS+WORDS-1:0] entry;
  logic [SUM_BITS+WORDS-1:0] entry_after;
  logic [WORDS-1:0]          words_left;
  logic [WORDS-1:0]          words_after_first;
  logic [WORDS-1:0]          words_after_second;
  logic                      same_vector;
  logic [2*SUM_BITS-1:0]     held;
  logic [2*WORD_BITS-1:0]    word;
  logic [63:0]               both;
  logic [4:0]                place[3];
  logic [31:0]               rest [3];
  logic                      second_is_held;
  logic [3:0]                found;

  assign entry = list[{active_slot, at}];
  assign entry_after = list[{active_slot, at+SUM_BITS'(1)}];
  assign words_left = entry[WORDS-1:0] & ~done;
  assign same_vector = |words_after_first;
  assign held = {same_vector ? entry[WORDS+:SUM_BITS] : entry_after[WORDS+:SUM_BITS], entry[WORDS+:SUM_BITS]};
  next_one #(.WIDTH(WORDS)) first_word (
      .vector(words_left), .found(found[0]), .place(word[0+:WORD_BITS]), .rest(words_after_first)
  );
  next_one #(.WIDTH(WORDS)) second_word (
      .vector(same_vector ? words_after_first : entry_after[WORDS-1:0]),
      .found(found[1]), .place(word[WORD_BITS+:WORD_BITS]), .rest(words_after_second)
  );

  for (genvar i = 0; i < 2; i++) begin : g_word
    logic [SUM_BITS-1:0]    vector_of;
    logic [WORD_BITS-1:0]   word_of;
    logic [OFFSET_BITS-1:0] offset;
    assign vector_of = held[i*SUM_BITS+:SUM_BITS];
    assign word_of = word[i*WORD_BITS+:WORD_BITS];
    assign offset = offsets[vector_of];
    assign fmap_address[i*ADDRESS_BITS+:ADDRESS_BITS] =
        {active_chunk, offset[OFFSET_BITS-1:5] + (OFFSET_BITS-5)'(word_of), offset[4:0]};
    assign emap_address[i*(2+K_BITS+WORD_BITS)+:2+K_BITS+WORD_BITS] = {active_slot, ks[vector_of], word_of};
  end
  assign both = fmap_word & emap_word;

  // place 0: the first pair; 1: the next of the same word; 2: the first of the word after
  next_one #(.WIDTH(32)) first (
      .vector(both[31:0] & (32'hffff_ffff << from)), .found(found[2]), .place(place[0]), .rest(rest[0])
  );
  next_one #(.WIDTH(32)) second (.vector(rest[0]), .found(second_is_held), .place(place[1]), .rest(rest[1]));
  next_one #(.WIDTH(32)) after (.vector(both[63:32]), .found(found[3]), .place(place[2]), .rest(rest[2]));

  // a grant says that there are pairs
  logic unused;
  assign unused = &{1'b0, found};

  logic [SUM_BITS-1:0] next_at;
  logic [WORDS-1:0]    next_done;
  logic [4:0]          next_from;
  always_comb begin
    next_at   = at;
    next_done = done;
    next_from = from;
    if (leave) begin
      next_at   = '0;
      next_done = '0;
      next_from = '0;
    end else if (grant == 2'd1 && second_is_held) begin
      next_from = place[1];
    end else if (grant == 2'd2 && second_is_held && rest[1] != '0) begin
      next_from = place[1] + 5'd1;
    end else if (grant != 2'd0 && (second_is_held || grant == 2'd1 || rest[2] != '0)) begin
      // word 0 is done
      next_at   = same_vector ? at : at + SUM_BITS'(1);
      next_done = same_vector ? ~words_after_first : '0;
      next_from = second_is_held || grant == 2'd1 ? '0 : place[2] + 5'd1;
    end else if (grant != 2'd0) begin
      // both are
      next_at   = at + SUM_BITS'(!same_vector) + SUM_BITS'(words_after_second == '0);
      next_done = words_after_second == '0 ? '0 : ~words_after_second;
      next_from = '0;
    end
  end

  // which trace vector each pair is of, where it lies, and how many emap values lie before it
  for (genvar i = 0; i < 2; i++) begin : g_pair
    logic                       of_second;
    logic [SUM_BITS-1:0]        sum;
    logic [WORD_BITS-1:0]       of_word;
    logic [4:0]                 position;
    logic [31:0]                emap;
    logic [EMAP_INDEX_BITS-1:0] base;
    logic [5:0]                 ones;
    assign of_second = i == 1 && !second_is_held;
    assign sum = of_second ? held[SUM_BITS+:SUM_BITS] : held[0+:SUM_BITS];
    assign of_word = of_second ? word[WORD_BITS+:WORD_BITS] : word[0+:WORD_BITS];
    assign position = i == 0 ? place[0] : second_is_held ? place[1] : place[2];
    assign emap = of_second ? emap_word[32+:32] : emap_word[0+:32];
    assign base = of_second ? emap_base[EMAP_INDEX_BITS+:EMAP_INDEX_BITS] : emap_base[0+:EMAP_INDEX_BITS];
    count_ones #(.WIDTH(32)) ones_below (.vector(emap & ~(32'hffff_ffff << position)), .count(ones));
    // a small round has fewer values than a word has bits
    logic unused_ones;
    assign unused_ones = &{1'b0, ones};
    always_ff @(posedge clock) begin
      pair_valid[i] <= !reset && int'(grant) > i;
      pair_sum[i*SUM_BITS+:SUM_BITS] <= sum;
      pair_fmap[i*ADDRESS_BITS+:ADDRESS_BITS] <=
          {active_chunk, offsets[sum] + OFFSET_BITS'({of_word, position})};
      pair_emap[i*(2+EMAP_INDEX_BITS)+:2+EMAP_INDEX_BITS] <= {active_slot, base + EMAP_INDEX_BITS'(ones)};
    end
  end

  // ---- what is known of the rounds

  assign pairs_left = pairs[active_slot];
  for (genvar s = 0; s < 3; s++) begin : g_slot
    // all else of a slot is written when its round arrives
    always_ff @(posedge clock) begin
      if (reset) uncounted[s] <= 1'b0;
      else if (arrive && arrive_slot == 2'(s)) uncounted[s] <= |arrive_wanted;
      else if (count && count_slot == 2'(s)) uncounted[s] <= |still_wanted[VECTOR_TAPS];
    end
    always_ff @(posedge clock) begin
      if (arrive && arrive_slot == 2'(s)) begin
        wanted[s] <= arrive_wanted;
        pairs[s]  <= '0;
        length[s] <= '0;
      end else if (count && count_slot == 2'(s)) begin
        wanted[s] <= still_wanted[VECTOR_TAPS];
        pairs[s]  <= pairs[s] + more_pairs;
        length[s] <= list_end;
      end else if (active_slot == 2'(s)) begin
        pairs[s] <= pairs[s] - PAIR_BITS'(grant);
      end
    end
  end

  always_ff @(posedge clock) begin
    at   <= reset ? '0 : next_at;
    done <= reset ? '0 : next_done;
    from <= reset ? '0 : next_from;
  end
endmodule
