// Holds candidates of the emap against the range of columns that a vector of fmap values can reach,
// and packs those inside, up to PICKS a cycle.
//
// A group of candidates comes with a bit each; those inside are picked lowest first, over several
// cycles where there are more than PICKS.
// Idea: ANT anticipates which products of an outer product are of no use (Lew et al., ISCA 2022);
// how it is done, and the widths, are ours.
// Latency: one cycle from the comparison, one from the pick. Throughput: a group in each cycle, but
// one more for every PICKS candidates inside after the first ones. Promise: every candidate inside
// leaves once, no other does.
module ant_candidates #(
    parameter int CANDIDATES = 16,
    parameter int PICKS = 4,
    parameter int COORDINATE_BITS = 6,
    localparam int INDEX_BITS = $clog2(CANDIDATES)
) (
    input  logic                                       clock,
    input  logic                                       reset,
    // a group of candidates, and the first and last column of the range
    input  logic [CANDIDATES-1:0]                      candidate,
    input  logic [CANDIDATES-1:0][COORDINATE_BITS-1:0] column,
    input  logic [COORDINATE_BITS-1:0]                 first,
    input  logic [COORDINATE_BITS-1:0]                 last,
    // the group is taken at the end of this cycle
    output logic                                       ready,
    // those that were picked: their number in the group and their column
    output logic [PICKS-1:0]                           pick,
    output logic [PICKS-1:0][INDEX_BITS-1:0]           pick_index,
    output logic [PICKS-1:0][COORDINATE_BITS-1:0]      pick_column
);
  logic [CANDIDATES-1:0]                      in_range;
  logic [CANDIDATES-1:0][COORDINATE_BITS-1:0] columns;
  logic [PICKS:0][CANDIDATES-1:0]             left;

  assign ready = left[PICKS] == '0;
  for (genvar i = 0; i < CANDIDATES; i++) begin : g_candidate
    always_ff @(posedge clock) begin
      if (reset) in_range[i] <= 1'b0;
      else if (ready) in_range[i] <= candidate[i] && column[i] >= first && column[i] <= last;
      else in_range[i] <= left[PICKS][i];
    end
    always_ff @(posedge clock) if (ready) columns[i] <= column[i];
  end

  assign left[0] = in_range;
  for (genvar p = 0; p < PICKS; p++) begin : g_pick
    logic                       found;
    logic [INDEX_BITS-1:0]      place;
    logic [CANDIDATES-1:0]      lowest;
    logic [COORDINATE_BITS-1:0] own_column;
    next_one #(.WIDTH(CANDIDATES)) search (
        .vector(left[p]), .found(found), .place(place), .rest(left[p+1])
    );
    assign lowest = left[p] & ~left[p+1];
    always_comb begin
      own_column = '0;
      for (int i = 0; i < CANDIDATES; i++) if (lowest[i]) own_column = own_column | columns[i];
    end
    always_ff @(posedge clock) pick[p] <= !reset && found;
    always_ff @(posedge clock) begin
      if (found) begin
        pick_index[p]  <= place;
        pick_column[p] <= own_column;
      end
    end
  end
endmodule
