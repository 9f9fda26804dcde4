// The lowest one of a vector: whether there is one, its place, and the vector without it.
// Combinational. `place` is 0 where nothing is found.
module next_one #(
    parameter int WIDTH = 192,
    parameter int PLACE_BITS = WIDTH > 1 ? $clog2(WIDTH) : 1
) (
    // where one is looked for
    input  logic [WIDTH-1:0]      vector,
    // there is a one
    output logic                  found,
    // place of the lowest; 0 where there is none
    output logic [PLACE_BITS-1:0] place,
    // the vector without it
    output logic [WIDTH-1:0]      rest
);
  logic [WIDTH-1:0] lowest;

  // places whose number has a one at a bit
  function automatic logic [WIDTH-1:0] places_with(input int index);
    for (int at = 0; at < WIDTH; at++) places_with[at] = 1'(at >> index);
  endfunction

  assign found = |vector;
  assign rest = vector & (vector - WIDTH'(1));
  assign lowest = vector & ~rest;

  for (genvar b = 0; b < PLACE_BITS; b++) begin : g_place
    localparam logic [WIDTH-1:0] PLACES = places_with(b);
    assign place[b] = |(lowest & PLACES);
  end
endmodule
