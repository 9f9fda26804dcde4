// Brings products to the banks of sums: a crossbar, and a queue of two at each bank.
//
// A product names its bank and its place there. A bank takes one product a cycle, the lowest that
// wants it, while its queue has room; products that are not accepted must be offered again. The
// first of a bank's queue is there to be added, by the adder that stands with the bank's sums.
// Idea: SCNN's scatter network and accumulator banks (Parashar et al., ISCA 2017, section 4), which
// have twice as many banks as multipliers so that few products meet.
// Latency: one cycle. Promise: a product that is accepted leaves once, those of a bank in the order
// of acceptance.
module scatter #(
    parameter int PRODUCTS = 16,
    parameter int BANKS = 32,
    parameter int PLACE_BITS = 8,
    parameter int SUM_BITS = 32,
    localparam int BANK_BITS = $clog2(BANKS)
) (
    input  logic                                clock,
    input  logic                                reset,
    input  logic [PRODUCTS-1:0]                 valid,
    input  logic [PRODUCTS-1:0][BANK_BITS-1:0]  bank,
    input  logic [PRODUCTS-1:0][PLACE_BITS-1:0] place,
    input  logic [PRODUCTS-1:0][SUM_BITS-1:0]   product,
    output logic [PRODUCTS-1:0]                 accepted,
    // the first of each bank's queue; `take` removes it
    output logic [BANKS-1:0]                    held,
    output logic [BANKS-1:0][PLACE_BITS-1:0]    held_place,
    output logic [BANKS-1:0][SUM_BITS-1:0]      held_product,
    input  logic [BANKS-1:0]                    take
);
  localparam int WIDTH = PLACE_BITS + SUM_BITS;

  // [product][bank]
  logic [PRODUCTS-1:0][BANKS-1:0] wants;
  logic [PRODUCTS-1:0][BANKS-1:0] gets;
  for (genvar i = 0; i < PRODUCTS; i++) begin : g_product
    for (genvar b = 0; b < BANKS; b++) begin : g_wants
      assign wants[i][b] = valid[i] && bank[i] == BANK_BITS'(b);
    end
    assign accepted[i] = |gets[i];
  end

  for (genvar b = 0; b < BANKS; b++) begin : g_bank
    logic [PRODUCTS-1:0] waiting;
    logic [PRODUCTS-1:0] lowest;
    logic [WIDTH-1:0]    chosen;
    // the queue
    logic [WIDTH-1:0]    first;
    logic [WIDTH-1:0]    second;
    logic                second_held;
    logic                push;

    for (genvar i = 0; i < PRODUCTS; i++) begin : g_choice
      assign waiting[i] = wants[i][b];
      assign gets[i][b] = lowest[i] && !second_held;
    end
    assign lowest = waiting & (~waiting + PRODUCTS'(1));
    assign push = |waiting && !second_held;
    always_comb begin
      chosen = '0;
      for (int i = 0; i < PRODUCTS; i++)
        if (lowest[i]) chosen = chosen | {place[i], product[i]};
    end

    always_ff @(posedge clock) begin
      if (reset) begin
        held[b]     <= 1'b0;
        second_held <= 1'b0;
      end else begin
        held[b]     <= push || (held[b] && !take[b]) || second_held;
        second_held <= !take[b] && (second_held || (push && held[b]));
      end
    end
    always_ff @(posedge clock) begin
      if (push && (!held[b] || take[b])) first <= chosen;
      else if (second_held && take[b]) first <= second;
    end
    always_ff @(posedge clock) if (push && held[b] && !take[b]) second <= chosen;
    assign {held_place[b], held_product[b]} = first;
  end
endmodule
