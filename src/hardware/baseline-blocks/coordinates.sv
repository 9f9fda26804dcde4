// Tells of each product of an outer product whether it is of use, and which tap of the kernel it
// belongs to.
//
// Each of FMAPS positions of the picture meets each of EMAPS positions of the emap. The tap of a
// product is the fmap's position plus the padding minus the emap's; the product is of use if that
// lies in the kernel. Strides of 1. Product i is of fmap value i / EMAPS and emap value i % EMAPS.
// Idea: SCNN computes the coordinates of its products from those of their operands (Parashar et
// al., ISCA 2017, section 4); the weight gradient's rule is ours.
// Latency: one cycle.
module coordinates #(
    parameter int FMAPS = 4,
    parameter int EMAPS = 4,
    parameter int COORDINATE_BITS = 6,
    parameter int TAP_BITS = 3,
    localparam int PRODUCTS = FMAPS * EMAPS
) (
    input  logic                                  clock,
    input  logic [FMAPS-1:0]                      fmap_valid,
    input  logic [FMAPS-1:0][COORDINATE_BITS-1:0] fmap_row,
    input  logic [FMAPS-1:0][COORDINATE_BITS-1:0] fmap_column,
    input  logic [EMAPS-1:0]                      emap_valid,
    input  logic [EMAPS-1:0][COORDINATE_BITS-1:0] emap_row,
    input  logic [EMAPS-1:0][COORDINATE_BITS-1:0] emap_column,
    // padding above and on the left; rows and columns of the kernel
    input  logic [TAP_BITS-1:0]                   padding_row,
    input  logic [TAP_BITS-1:0]                   padding_column,
    input  logic [TAP_BITS-1:0]                   kernel_rows,
    input  logic [TAP_BITS-1:0]                   kernel_columns,
    // of each product: whether it is of use, and its row and column in the kernel
    output logic [PRODUCTS-1:0]                   valid,
    output logic [PRODUCTS-1:0][2*TAP_BITS-1:0]   tap
);
  // a bit more: what is below zero is beyond any kernel
  localparam int BITS = COORDINATE_BITS + 1;

  logic [FMAPS-1:0][BITS-1:0] row;
  logic [FMAPS-1:0][BITS-1:0] column;
  for (genvar f = 0; f < FMAPS; f++) begin : g_padded
    assign row[f] = BITS'(fmap_row[f]) + BITS'(padding_row);
    assign column[f] = BITS'(fmap_column[f]) + BITS'(padding_column);
  end

  for (genvar i = 0; i < PRODUCTS; i++) begin : g_product
    logic [BITS-1:0] tap_row;
    logic [BITS-1:0] tap_column;
    logic            both;
    assign tap_row = row[i/EMAPS] - BITS'(emap_row[i%EMAPS]);
    assign tap_column = column[i/EMAPS] - BITS'(emap_column[i%EMAPS]);
    assign both = fmap_valid[i/EMAPS] && emap_valid[i%EMAPS];
    always_ff @(posedge clock) begin
      valid[i] <= both && tap_row < BITS'(kernel_rows) && tap_column < BITS'(kernel_columns);
      tap[i]   <= {tap_row[TAP_BITS-1:0], tap_column[TAP_BITS-1:0]};
    end
  end
endmodule
