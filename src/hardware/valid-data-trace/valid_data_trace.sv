// The valid-data trace of a PE: counts the valid pairs of a round, then hands them out, up to two a cycle.
//
// A round comes with the trace vectors that the mask wants, as a bit for each of its sums (k, channel, tap). While the
// round before is multiplied, `count` makes the trace AND TRACE_TAPS of them a cycle with the emap's vector of their
// k; it notes the pairs, and which vectors have any. Later `grant` pairs of round `active_slot` leave in a cycle, from
// the vectors that have some, lowest position first, without a gap.
// A table, the same in every PE and for a whole layer, has the k of each vector, and where its fmap window begins.
// Latency: counts are there in the cycle after; a pair leaves in the cycle after its grant.
module valid_data_trace #(
    parameter int TRACE_BITS = 192,
    parameter int TRACE_TAPS = 2,
    parameter int ACCUMULATORS = 144,
    parameter int K_BITS = 2,
    parameter int CHUNK_BITS = 1,
    parameter int ADDRESS_BITS = 13,
    parameter int EMAP_INDEX_BITS = 7,
    parameter int SUM_BITS = $clog2(ACCUMULATORS),
    parameter int OFFSET_BITS = ADDRESS_BITS - CHUNK_BITS,
    parameter int PAIR_BITS = $clog2(TRACE_BITS * ACCUMULATORS + 1),
    parameter int READS = TRACE_TAPS + 2
) (
    input  logic                                 clock,
    input  logic                                 reset,
    // the table
    input  logic                                 table_write,
    input  logic [SUM_BITS-1:0]                  table_vector,
    input  logic [OFFSET_BITS-1:0]               table_offset,
    input  logic [K_BITS-1:0]                    table_k,
    // a round has arrived
    input  logic                                 arrive,
    input  logic [1:0]                           arrive_slot,
    input  logic [ACCUMULATORS-1:0]              arrive_wanted,
    // counting
    input  logic                                 count,
    input  logic [1:0]                           count_slot,
    input  logic [CHUNK_BITS-1:0]                count_chunk,
    output logic [2:0]                           uncounted,
    // handing out; `leave` with the last grant of a round
    input  logic [1:0]                           active_slot,
    input  logic [CHUNK_BITS-1:0]                active_chunk,
    input  logic [1:0]                           grant,
    input  logic                                 leave,
    output logic [PAIR_BITS-1:0]                 pairs_left,
    // reads of the buffers: TRACE_TAPS to count, two to hand out
    output logic [READS*ADDRESS_BITS-1:0]        window_address,
    input  logic [READS*TRACE_BITS-1:0]          window,
    output logic [READS*(2+K_BITS)-1:0]          vector_address,
    input  logic [READS*TRACE_BITS-1:0]          vector,
    input  logic [2*EMAP_INDEX_BITS-1:0]         vector_base,
    // up to two pairs
    output logic [1:0]                           pair_valid,
    output logic [2*SUM_BITS-1:0]                pair_sum,
    output logic [2*ADDRESS_BITS-1:0]            pair_fmap,
    output logic [2*(2+EMAP_INDEX_BITS)-1:0]     pair_emap
);
  localparam int PLACE_BITS = $clog2(TRACE_BITS);
  localparam int COUNT_BITS = $clog2(TRACE_BITS + 1);
  localparam int LENGTH_BITS = $clog2(ACCUMULATORS + 1);

  logic [OFFSET_BITS-1:0] offsets[2**SUM_BITS];
  logic [K_BITS-1:0]      ks     [2**SUM_BITS];

  // of each round: vectors to count, pairs to hand out, and the vectors that have pairs
  logic [ACCUMULATORS-1:0] wanted[3];
  logic [PAIR_BITS-1:0]    pairs [3];
  logic [LENGTH_BITS-1:0]  length[3];
  logic [SUM_BITS-1:0]     list  [2**(2+SUM_BITS)];

  always_ff @(posedge clock) begin
    if (table_write) begin
      offsets[table_vector] <= table_offset;
      ks[table_vector]      <= table_k;
    end
  end

  // ---- counting

  logic [ACCUMULATORS-1:0]         still_wanted[TRACE_TAPS+1];
  logic [TRACE_TAPS-1:0]           nonempty;
  logic [TRACE_TAPS*SUM_BITS-1:0]  counted_vector;
  logic [TRACE_TAPS*COUNT_BITS-1:0] counted_pairs;

  assign still_wanted[0] = wanted[count_slot];
  for (genvar i = 0; i < TRACE_TAPS; i++) begin : g_count
    logic                  found;
    logic [SUM_BITS-1:0]   place;
    logic [TRACE_BITS-1:0] both;
    next_one #(.WIDTH(ACCUMULATORS)) next (
        .vector(still_wanted[i]), .found(found), .place(place), .rest(still_wanted[i+1])
    );
    assign window_address[i*ADDRESS_BITS+:ADDRESS_BITS] = {count_chunk, offsets[place]};
    assign vector_address[i*(2+K_BITS)+:2+K_BITS] = {count_slot, ks[place]};
    assign both = found ? window[i*TRACE_BITS+:TRACE_BITS] & vector[i*TRACE_BITS+:TRACE_BITS] : '0;
    assign nonempty[i] = |both;
    assign counted_vector[i*SUM_BITS+:SUM_BITS] = place;
    count_ones #(.WIDTH(TRACE_BITS)) ones (.vector(both), .count(counted_pairs[i*COUNT_BITS+:COUNT_BITS]));
  end

  logic [PAIR_BITS-1:0]   more_pairs;
  logic [LENGTH_BITS-1:0] list_place[TRACE_TAPS];
  logic [LENGTH_BITS-1:0] list_end;

  always_comb begin
    more_pairs = '0;
    list_end = length[count_slot];
    for (int i = 0; i < TRACE_TAPS; i++) begin
      more_pairs = more_pairs + PAIR_BITS'(counted_pairs[i*COUNT_BITS+:COUNT_BITS]);
      list_place[i] = list_end;
      list_end = list_end + LENGTH_BITS'(nonempty[i]);
    end
  end

  always_ff @(posedge clock) begin
    for (int i = 0; i < TRACE_TAPS; i++)
      if (count && nonempty[i])
        list[{count_slot, SUM_BITS'(list_place[i])}] <= counted_vector[i*SUM_BITS+:SUM_BITS];
  end

  // ---- handing out: from the first vector of the list what it still has, then from the second

  logic [SUM_BITS-1:0]   at;
  logic [PLACE_BITS-1:0] from;
  logic [SUM_BITS-1:0]   held[2];
  logic [TRACE_BITS-1:0] both[2];
  logic [1:0]            has;
  logic [PLACE_BITS-1:0] place[3];
  logic [TRACE_BITS-1:0] rest[3];
  logic                  second_is_held;
  logic                  found_first;
  logic                  found_after;

  for (genvar i = 0; i < 2; i++) begin : g_held
    assign held[i] = list[{active_slot, at+SUM_BITS'(i)}];
    assign window_address[(TRACE_TAPS+i)*ADDRESS_BITS+:ADDRESS_BITS] = {active_chunk, offsets[held[i]]};
    assign vector_address[(TRACE_TAPS+i)*(2+K_BITS)+:2+K_BITS] = {active_slot, ks[held[i]]};
    assign both[i] = window[(TRACE_TAPS+i)*TRACE_BITS+:TRACE_BITS] & vector[(TRACE_TAPS+i)*TRACE_BITS+:TRACE_BITS];
  end

  // place 0: the first pair; 1: the next of the same vector; 2: the first of the vector after
  next_one #(.WIDTH(TRACE_BITS)) first (
      .vector(both[0] & ({TRACE_BITS{1'b1}} << from)), .found(found_first), .place(place[0]), .rest(rest[0])
  );
  next_one #(.WIDTH(TRACE_BITS)) second (.vector(rest[0]), .found(second_is_held), .place(place[1]), .rest(rest[1]));
  next_one #(.WIDTH(TRACE_BITS)) after (.vector(both[1]), .found(found_after), .place(place[2]), .rest(rest[2]));

  // a grant says that there are pairs
  logic unused;
  assign unused = &{1'b0, found_first, found_after};
  assign has = {|rest[2], |rest[1]};

  logic [SUM_BITS-1:0]   next_at;
  logic [PLACE_BITS-1:0] next_from;
  always_comb begin
    next_at   = at;
    next_from = from;
    if (leave) begin
      next_at   = '0;
      next_from = '0;
    end else if (grant == 2'd1) begin
      next_at   = second_is_held ? at : at + SUM_BITS'(1);
      next_from = second_is_held ? place[1] : '0;
    end else if (grant == 2'd2 && second_is_held) begin
      next_at   = has[0] ? at : at + SUM_BITS'(1);
      next_from = has[0] ? place[1] + PLACE_BITS'(1) : '0;
    end else if (grant == 2'd2) begin
      next_at   = has[1] ? at + SUM_BITS'(1) : at + SUM_BITS'(2);
      next_from = has[1] ? place[2] + PLACE_BITS'(1) : '0;
    end
  end

  // which trace vector each pair is of, where it lies, and how many emap values lie before it
  for (genvar i = 0; i < 2; i++) begin : g_pair
    logic [SUM_BITS-1:0]        sum;
    logic [PLACE_BITS-1:0]      position;
    logic [TRACE_BITS-1:0]      emap;
    logic [EMAP_INDEX_BITS-1:0] base;
    logic [EMAP_INDEX_BITS-1:0] ones;
    logic                       of_second;
    assign of_second = i == 1 && !second_is_held;
    assign sum = of_second ? held[1] : held[0];
    assign position = i == 0 ? place[0] : second_is_held ? place[1] : place[2];
    assign emap = of_second ? vector[(TRACE_TAPS+1)*TRACE_BITS+:TRACE_BITS] : vector[TRACE_TAPS*TRACE_BITS+:TRACE_BITS];
    assign base = of_second ? vector_base[EMAP_INDEX_BITS+:EMAP_INDEX_BITS] : vector_base[0+:EMAP_INDEX_BITS];
    count_ones #(.WIDTH(TRACE_BITS), .COUNT_BITS(EMAP_INDEX_BITS)) ones_below (
        .vector(emap & ~({TRACE_BITS{1'b1}} << position)), .count(ones)
    );
    always_ff @(posedge clock) begin
      pair_valid[i] <= !reset && int'(grant) > i;
      pair_sum[i*SUM_BITS+:SUM_BITS] <= sum;
      pair_fmap[i*ADDRESS_BITS+:ADDRESS_BITS] <= {active_chunk, offsets[sum] + OFFSET_BITS'(position)};
      pair_emap[i*(2+EMAP_INDEX_BITS)+:2+EMAP_INDEX_BITS] <= {active_slot, base + ones};
    end
  end

  // ---- what is known of the rounds

  assign pairs_left = pairs[active_slot];
  for (genvar s = 0; s < 3; s++) begin : g_slot
    assign uncounted[s] = |wanted[s];
    always_ff @(posedge clock) begin
      if (reset) begin
        wanted[s] <= '0;
        pairs[s]  <= '0;
        length[s] <= '0;
      end else if (arrive && arrive_slot == 2'(s)) begin
        wanted[s] <= arrive_wanted;
        pairs[s]  <= '0;
        length[s] <= '0;
      end else if (count && count_slot == 2'(s)) begin
        wanted[s] <= still_wanted[TRACE_TAPS];
        pairs[s]  <= pairs[s] + more_pairs;
        length[s] <= list_end;
      end else if (active_slot == 2'(s)) begin
        pairs[s] <= pairs[s] - PAIR_BITS'(grant);
      end
    end
  end

  always_ff @(posedge clock) begin
    at   <= reset ? '0 : next_at;
    from <= reset ? '0 : next_from;
  end
endmodule
