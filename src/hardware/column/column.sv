// A column: its clusters, its three rounds, and what it drains.
//
// Rounds are in order, three at a time: one is multiplied, the next are counted, one arrives. The scheduler says when the
// oldest begins. A round's slot is free in the cycle after its last.
// Drained sums leave 5 + ROWS cycles after their `drain`.
module column #(
    parameter int ROWS = 8,
    parameter int CLUSTER_SIZE = 8,
    parameter int HELP = 1,
    parameter int COUNTER_BITS = 24,
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
    parameter int DRAIN_SUMS = 4,
    parameter int CHUNK_BITS = $clog2(CHUNKS),
    parameter int K_BITS = ROUND_KS > 1 ? $clog2(ROUND_KS) : 1,
    parameter int SUM_BITS = $clog2(ACCUMULATORS),
    parameter int SLICE_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
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
    input  logic [SUM_BITS:0]                             ring_sums,
    input  logic [ROWS*SLICE_BITS-1:0]                    channel_slice,
    // fmap chunks, and how many have arrived
    input  logic                                          fmap_load,
    input  logic                                          fmap_first,
    input  logic [CHUNK_BITS-1:0]                         fmap_chunk,
    input  logic [ROWS*WORD_COUNT_BITS-1:0]               fmap_word_count,
    input  logic [ROWS*LOAD_WORDS*32-1:0]                 fmap_words,
    input  logic [ROWS*FMAP_COUNT_BITS-1:0]               fmap_value_count,
    input  logic [ROWS*LOAD_FMAP_VALUES*VALUE_BITS-1:0]   fmap_values,
    input  logic [COUNTER_BITS-1:0]                       chunks_loaded,
    // emap rounds; with the last beat what the round is
    output logic                                          emap_ready,
    input  logic                                          emap_load,
    input  logic                                          emap_first,
    input  logic                                          emap_last,
    input  logic [ROWS*ROUND_KS-1:0]                      emap_vectors,
    input  logic [ROWS*ROUND_KS*VECTOR_BITS-1:0]           emap_bits,
    input  logic [ROWS*ROUND_KS*BASE_BITS-1:0]            emap_bases,
    input  logic [ROWS*EMAP_COUNT_BITS-1:0]               emap_value_count,
    input  logic [ROWS*LOAD_EMAP_VALUES*VALUE_BITS-1:0]   emap_values,
    input  logic [ROWS*ACCUMULATORS-1:0]                  mask,
    input  logic [COUNTER_BITS-1:0]                       round_episode,
    input  logic [CHUNK_BITS-1:0]                         round_chunk,
    input  logic [SUM_BITS-1:0]                           round_base,
    input  logic [COUNTER_BITS-1:0]                       round_room,
    input  logic [COUNTER_BITS-1:0]                       round_episodes_done,
    input  logic [COUNTER_BITS-1:0]                       round_ks_done,
    // to and from the scheduler: the oldest round
    output logic                                          counted,
    output logic [COUNTER_BITS-1:0]                       episode,
    output logic [COUNTER_BITS-1:0]                       room,
    output logic [COUNTER_BITS-1:0]                       episodes_done,
    output logic [COUNTER_BITS-1:0]                       ks_done,
    input  logic                                          begins,
    output logic                                          ends,
    output logic [PAIR_BITS-1:0]                          cycles,
    output logic [ROWS-1:0]                               busy,
    // drain
    input  logic [DRAIN_SUMS-1:0]                         drain,
    input  logic [DRAIN_SUMS*SLICE_BITS-1:0]              drain_slice,
    input  logic [DRAIN_SUMS*SUM_BITS-1:0]                drain_place,
    output logic [DRAIN_SUMS-1:0]                         drained,
    output logic [DRAIN_SUMS*32-1:0]                      drained_sum
);
  localparam int CLUSTERS = (ROWS + CLUSTER_SIZE - 1) / CLUSTER_SIZE;

  // ---- the rounds, oldest at `head`

  logic [1:0]              head;
  logic [1:0]              held;
  logic [CHUNK_BITS-1:0]   chunk_of     [3];
  logic [SUM_BITS-1:0]     base_of      [3];
  logic [COUNTER_BITS-1:0] episode_of   [3];
  logic [COUNTER_BITS-1:0] room_of      [3];
  logic [COUNTER_BITS-1:0] episodes_of  [3];
  logic [COUNTER_BITS-1:0] ks_of        [3];
  logic [PAIR_BITS-1:0]    cycles_left;
  logic [PAIR_BITS-1:0]    cycles_needed;
  logic                    running;
  logic                    active;
  logic [1:0]              fill_slot;

  function automatic logic [1:0] slot_after(input logic [1:0] slot, input logic [1:0] steps);
    logic [2:0] place;
    place = 3'(slot) + 3'(steps);
    slot_after = 2'(place >= 3'd3 ? place - 3'd3 : place);
  endfunction

  assign running = cycles_left != '0;
  assign active = running || begins;
  assign cycles = running ? cycles_left : cycles_needed;
  assign ends = active && cycles == PAIR_BITS'(1);
  assign fill_slot = slot_after(head, held);
  assign emap_ready = !reset && held != 2'd3;

  always_ff @(posedge clock) begin
    if (reset) begin
      head        <= '0;
      held        <= '0;
      cycles_left <= '0;
    end else begin
      head        <= slot_after(head, 2'(ends));
      held        <= held - 2'(ends) + 2'(emap_load && emap_last);
      cycles_left <= active ? cycles - PAIR_BITS'(1) : '0;
    end
    if (emap_load && emap_last) begin
      chunk_of[fill_slot]    <= round_chunk;
      base_of[fill_slot]     <= round_base;
      episode_of[fill_slot]  <= round_episode;
      room_of[fill_slot]     <= round_room;
      episodes_of[fill_slot] <= round_episodes_done;
      ks_of[fill_slot]       <= round_ks_done;
    end
  end

  // ---- counting: the first round, in order, whose chunk is there and whose vectors were not all counted

  logic [2:0] uncounted;
  logic       count;
  logic [1:0] count_slot;
  logic [2:0] done;
  logic [1:0] slot;
  logic       in_order;

  always_comb begin
    count = 1'b0;
    count_slot = '0;
    slot = '0;
    done = '0;
    in_order = 1'b1;
    for (int i = 0; i < 3; i++) begin
      slot = slot_after(head, 2'(i));
      in_order = in_order && 2'(i) < held && episode_of[slot] < chunks_loaded;
      done[i] = in_order && !uncounted[slot];
      if (in_order && !done[i]) begin
        count = 1'b1;
        count_slot = slot;
      end
      in_order = done[i];
    end
  end
  assign counted = done[0] && !running;
  assign episode = episode_of[head];
  assign room = room_of[head];
  assign episodes_done = episodes_of[head];
  assign ks_done = ks_of[head];

  // ---- clusters

  logic [CLUSTERS*3-1:0]         uncounted_of;
  logic [CLUSTERS*PAIR_BITS-1:0] needed_of;
  logic [ROWS-1:0]               drain_pe;
  logic [ROWS*SUM_BITS-1:0]      drain_pe_place;
  logic [ROWS*32-1:0]            drained_pe;

  always_comb begin
    uncounted = '0;
    cycles_needed = '0;
    for (int c = 0; c < CLUSTERS; c++) begin
      uncounted = uncounted | uncounted_of[c*3+:3];
      if (needed_of[c*PAIR_BITS+:PAIR_BITS] > cycles_needed) cycles_needed = needed_of[c*PAIR_BITS+:PAIR_BITS];
    end
  end

  for (genvar c = 0; c < CLUSTERS; c++) begin : g_cluster
    localparam int FIRST = c * CLUSTER_SIZE;
    localparam int MACS = ROWS - FIRST < CLUSTER_SIZE ? ROWS - FIRST : CLUSTER_SIZE;
    cluster #(
        .MACS(MACS), .HELP(HELP),
        .FORMAT(FORMAT), .VALUE_BITS(VALUE_BITS), .VECTOR_BITS(VECTOR_BITS), .VECTOR_TAPS(VECTOR_TAPS),
        .ROUND_KS(ROUND_KS), .ACCUMULATORS(ACCUMULATORS), .CHUNKS(CHUNKS), .CHUNK_BYTES(CHUNK_BYTES),
        .ROUND_BYTES(ROUND_BYTES), .LOAD_WORDS(LOAD_WORDS), .LOAD_FMAP_VALUES(LOAD_FMAP_VALUES),
        .LOAD_EMAP_VALUES(LOAD_EMAP_VALUES)
    ) pes (
        .clock, .reset, .table_write, .table_vector, .table_offset, .table_k,
        .fmap_load, .fmap_first, .fmap_chunk,
        .fmap_word_count(fmap_word_count[FIRST*WORD_COUNT_BITS+:MACS*WORD_COUNT_BITS]),
        .fmap_words(fmap_words[FIRST*LOAD_WORDS*32+:MACS*LOAD_WORDS*32]),
        .fmap_value_count(fmap_value_count[FIRST*FMAP_COUNT_BITS+:MACS*FMAP_COUNT_BITS]),
        .fmap_values(fmap_values[FIRST*LOAD_FMAP_VALUES*VALUE_BITS+:MACS*LOAD_FMAP_VALUES*VALUE_BITS]),
        .emap_load, .emap_first, .emap_last, .emap_slot(fill_slot),
        .emap_vectors(emap_vectors[FIRST*ROUND_KS+:MACS*ROUND_KS]),
        .emap_bits(emap_bits[FIRST*ROUND_KS*VECTOR_BITS+:MACS*ROUND_KS*VECTOR_BITS]),
        .emap_bases(emap_bases[FIRST*ROUND_KS*BASE_BITS+:MACS*ROUND_KS*BASE_BITS]),
        .emap_value_count(emap_value_count[FIRST*EMAP_COUNT_BITS+:MACS*EMAP_COUNT_BITS]),
        .emap_values(emap_values[FIRST*LOAD_EMAP_VALUES*VALUE_BITS+:MACS*LOAD_EMAP_VALUES*VALUE_BITS]),
        .mask(mask[FIRST*ACCUMULATORS+:MACS*ACCUMULATORS]),
        .count, .count_slot, .count_chunk(chunk_of[count_slot]),
        .uncounted(uncounted_of[c*3+:3]),
        .active, .active_slot(head), .active_chunk(chunk_of[head]), .active_base(base_of[head]), .ring_sums,
        .cycles, .cycles_needed(needed_of[c*PAIR_BITS+:PAIR_BITS]), .busy(busy[FIRST+:MACS]),
        .drain(drain_pe[FIRST+:MACS]), .drain_place(drain_pe_place[FIRST*SUM_BITS+:MACS*SUM_BITS]),
        .drained(drained_pe[FIRST*32+:MACS*32])
    );
  end

  // ---- drain: to the PEs of each lane's slice; then the lanes pass the PEs, which were kept until then

  localparam int WAIT = 5;
  localparam int LANE_BITS = DRAIN_SUMS * (1 + SLICE_BITS);

  // lanes as they come to each PE and leave the last
  logic [(ROWS+1)*LANE_BITS-1:0]     lanes;
  logic [(ROWS+1)*DRAIN_SUMS-1:0]    begun;
  logic [(ROWS+1)*DRAIN_SUMS*32-1:0] sums;
  delay #(.WIDTH(LANE_BITS), .CYCLES(WAIT)) wait_for_sums (
      .clock, .reset, .now({drain, drain_slice}), .later(lanes[0+:LANE_BITS])
  );
  assign begun[0+:DRAIN_SUMS] = '0;
  assign sums[0+:DRAIN_SUMS*32] = '0;

  for (genvar p = 0; p < ROWS; p++) begin : g_drain
    logic [SLICE_BITS-1:0]            own_slice;
    logic [31:0]                      own_sum;
    logic [DRAIN_SUMS-1:0]            lane;
    logic [DRAIN_SUMS*SLICE_BITS-1:0] lane_slice;
    assign own_slice = channel_slice[p*SLICE_BITS+:SLICE_BITS];
    always_comb begin
      drain_pe[p] = 1'b0;
      drain_pe_place[p*SUM_BITS+:SUM_BITS] = '0;
      for (int i = 0; i < DRAIN_SUMS; i++)
        if (drain[i] && drain_slice[i*SLICE_BITS+:SLICE_BITS] == own_slice) begin
          drain_pe[p] = 1'b1;
          drain_pe_place[p*SUM_BITS+:SUM_BITS] = drain_place[i*SUM_BITS+:SUM_BITS];
        end
    end
    delay #(.WIDTH(32), .CYCLES(p), .RESET(0)) wait_for_lane (
        .clock, .reset, .now(drained_pe[p*32+:32]), .later(own_sum)
    );
    assign {lane, lane_slice} = lanes[p*LANE_BITS+:LANE_BITS];
    drain_stage #(.FORMAT(FORMAT), .LANES(DRAIN_SUMS), .SLICE_BITS(SLICE_BITS)) stage (
        .clock, .own_slice, .own_sum, .valid(lane), .slice(lane_slice),
        .begun(begun[p*DRAIN_SUMS+:DRAIN_SUMS]), .sum(sums[p*DRAIN_SUMS*32+:DRAIN_SUMS*32]),
        .next_begun(begun[(p+1)*DRAIN_SUMS+:DRAIN_SUMS]), .next_sum(sums[(p+1)*DRAIN_SUMS*32+:DRAIN_SUMS*32])
    );
    delay #(.WIDTH(LANE_BITS), .CYCLES(1)) next_lane (
        .clock, .reset, .now(lanes[p*LANE_BITS+:LANE_BITS]), .later(lanes[(p+1)*LANE_BITS+:LANE_BITS])
    );
  end
  assign drained = lanes[(ROWS+1)*LANE_BITS-1-:DRAIN_SUMS];
  assign drained_sum = sums[ROWS*DRAIN_SUMS*32+:DRAIN_SUMS*32];
  logic unused;
  assign unused = &{1'b0, begun[ROWS*DRAIN_SUMS+:DRAIN_SUMS], lanes[ROWS*LANE_BITS+:DRAIN_SUMS*SLICE_BITS]};
endmodule
