// Takes a team's gradient sums out of its columns, k by k, LANES sums a cycle, no channel slice more than one.
//
// The host lists the k's that have wanted gradients, in order, each with its place in the ring of accumulators, its
// wanted gradients of each channel slice and their counts, and how many k's before it have none. A k leaves when the team
// has done it and the one before has left. It takes as many cycles as all its sums take, or those of its fullest slice,
// whichever is more: a slice with as many sums left as cycles must be served, others as far as there are lanes.
module gradient_drain #(
    parameter int SLICES = 8,
    parameter int LANES = 4,
    parameter int ACCUMULATORS = 144,
    parameter int COUNTER_BITS = 24,
    parameter int SUM_BITS = $clog2(ACCUMULATORS),
    parameter int LEFT_BITS = $clog2(ACCUMULATORS + 1),
    parameter int SLICE_BITS = SLICES > 1 ? $clog2(SLICES) : 1
) (
    input  logic                           clock,
    input  logic                           reset,
    input  logic [SUM_BITS:0]              ring_sums,
    // the next k; it must stand here in the last cycle of the k before
    output logic                           order_ready,
    input  logic                           order_valid,
    input  logic [COUNTER_BITS-1:0]        order_skipped,
    input  logic [SUM_BITS-1:0]            order_base,
    input  logic [SLICES*ACCUMULATORS-1:0] order_wanted,
    input  logic [SLICES*LEFT_BITS-1:0]    order_counts,
    // k's done, drained, and without anything to drain after these
    input  logic [COUNTER_BITS-1:0]        team_ks_done,
    output logic [COUNTER_BITS-1:0]        drained,
    output logic [COUNTER_BITS-1:0]        nothing_to_drain,
    // sums that leave when the global buffer takes them
    input  logic                           ready,
    output logic                           valid,
    output logic                           last,
    output logic [LANES-1:0]               lane,
    output logic [LANES*SLICE_BITS-1:0]    lane_slice,
    output logic [LANES*SUM_BITS-1:0]      lane_vector,
    output logic [LANES*SUM_BITS-1:0]      lane_place
);
  localparam int TOTAL_BITS = LEFT_BITS + SLICE_BITS;
  localparam int LANE_BITS = $clog2(LANES + 1);
  localparam int SLICE_COUNT = $clog2(SLICES + 1);

  logic                           loaded;
  logic [COUNTER_BITS-1:0]        skipped;
  logic [SUM_BITS-1:0]            base;
  logic [SLICES*ACCUMULATORS-1:0] wanted;
  logic [SLICES*LEFT_BITS-1:0]    left;

  logic [TOTAL_BITS-1:0] total;
  logic [TOTAL_BITS-1:0] cycles;
  logic [LEFT_BITS-1:0]  fullest;
  always_comb begin
    total = '0;
    for (int i = 0; i < SLICES; i++) total = total + TOTAL_BITS'(left[i*LEFT_BITS+:LEFT_BITS]);
    cycles = TOTAL_BITS'(((TOTAL_BITS + LANE_BITS)'(total) + (TOTAL_BITS + LANE_BITS)'(LANES - 1))
        / (TOTAL_BITS + LANE_BITS)'(LANES));
    if (TOTAL_BITS'(fullest) > cycles) cycles = TOTAL_BITS'(fullest);
  end
  largest #(.COUNT(SLICES), .WIDTH(LEFT_BITS)) fullest_slice (.numbers(left), .most(fullest));

  assign valid = loaded && total != '0 && team_ks_done > drained + skipped;
  assign last = cycles == TOTAL_BITS'(1);
  assign nothing_to_drain = loaded ? skipped : '0;
  assign order_ready = !loaded || (valid && ready && last);

  // ---- which slices, and in them the lowest wanted gradient

  logic [SLICES-1:0]              must;
  logic [SLICES-1:0]              may;
  logic [SLICES*SLICE_COUNT-1:0]  musts;
  logic [SLICES*SLICE_COUNT-1:0]  mays;
  logic [SLICES-1:0]              given;
  logic [SLICES*SUM_BITS-1:0]     vector;
  logic [SLICES*ACCUMULATORS-1:0] rest;
  logic [SLICES-1:0]              found;
  prefix_ones #(.WIDTH(SLICES)) count_musts (.vector(must), .count(musts));
  prefix_ones #(.WIDTH(SLICES)) count_mays (.vector(may), .count(mays));
  always_comb begin
    for (int i = 0; i < SLICES; i++) begin
      must[i] = TOTAL_BITS'(left[i*LEFT_BITS+:LEFT_BITS]) == cycles && total != '0;
      may[i] = !must[i] && left[i*LEFT_BITS+:LEFT_BITS] != '0;
    end
  end
  for (genvar i = 0; i < SLICES; i++) begin : g_slice
    assign given[i] = must[i] || (may[i] && int'(mays[i*SLICE_COUNT+:SLICE_COUNT])
        + int'(musts[SLICES*SLICE_COUNT-1-:SLICE_COUNT]) <= LANES);
    next_one #(.WIDTH(ACCUMULATORS)) next (
        .vector(wanted[i*ACCUMULATORS+:ACCUMULATORS]), .found(found[i]), .place(vector[i*SUM_BITS+:SUM_BITS]),
        .rest(rest[i*ACCUMULATORS+:ACCUMULATORS])
    );
  end
  logic unused;
  assign unused = &{1'b0, found, musts};

  // ---- lanes in the order of slices

  logic [SLICES*SLICE_COUNT-1:0] lane_of;
  logic [SUM_BITS:0]             place;
  prefix_ones #(.WIDTH(SLICES)) count_given (.vector(given), .count(lane_of));
  always_comb begin
    lane = '0;
    lane_slice = '0;
    lane_vector = '0;
    lane_place = '0;
    place = '0;
    for (int i = 0; i < SLICES; i++) begin
      place = (SUM_BITS + 1)'(base) + (SUM_BITS + 1)'(vector[i*SUM_BITS+:SUM_BITS]);
      if (place >= ring_sums) place = place - ring_sums;
      for (int n = 0; n < LANES; n++)
        if (given[i] && int'(lane_of[i*SLICE_COUNT+:SLICE_COUNT]) == n + 1) begin
          lane[n] = valid && ready;
          lane_slice[n*SLICE_BITS+:SLICE_BITS] = SLICE_BITS'(i);
          lane_vector[n*SUM_BITS+:SUM_BITS] = vector[i*SUM_BITS+:SUM_BITS];
          lane_place[n*SUM_BITS+:SUM_BITS] = SUM_BITS'(place);
        end
    end
  end

  always_ff @(posedge clock) begin
    if (reset) begin
      loaded  <= 1'b0;
      drained <= '0;
      left    <= '0;
    end else begin
      if (valid && ready) begin
        for (int i = 0; i < SLICES; i++)
          if (given[i]) begin
            left[i*LEFT_BITS+:LEFT_BITS] <= left[i*LEFT_BITS+:LEFT_BITS] - LEFT_BITS'(1);
            wanted[i*ACCUMULATORS+:ACCUMULATORS] <= rest[i*ACCUMULATORS+:ACCUMULATORS];
          end
        if (last) begin
          drained <= drained + skipped + COUNTER_BITS'(1);
          loaded  <= 1'b0;
        end
      end
      if (order_ready && order_valid) begin
        loaded  <= 1'b1;
        skipped <= order_skipped;
        base    <= order_base;
        wanted  <= order_wanted;
        left    <= order_counts;
      end
    end
  end
endmodule
