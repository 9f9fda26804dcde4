// The front end of a line of MACs that skips the zeros of one operand.
//
// It finds the nonzeros of the skipped operand in the words of its bitmap, one a cycle, each with
// the place of its value and its position; they wait in a queue with their values. The first of the
// queue is broadcast to all MACs of the line, for as many steps as it has channels to meet. Each
// MAC serves a tap: the address of its other operand is the position minus the tap, in the plane of
// the step, and is of use if it lies in the picture. Strides of 1.
// Idea: LNPU (Lee et al., ISSCC 2019, 7.7) skips one operand's zeros and balances its lines; the
// structure is ours.
// Latency: a nonzero is in the queue in the cycle after it was found, and at the MACs in the cycle
// after their `step`.
// Throughput: a nonzero a cycle. Promise: none is lost or given twice, in the order of the bitmap's
// bits.
module lnpu_line #(
    parameter int MACS = 16,
    parameter int VALUE_BITS = 16,
    // of a row and a column of the picture, of a value's place, of an address
    parameter int COORDINATE_BITS = 6,
    parameter int PLACE_BITS = 10,
    parameter int ADDRESS_BITS = 10,
    parameter int TAP_BITS = 3
) (
    input  logic                                  clock,
    input  logic                                  reset,
    // the next word of the bitmap, part of a row of the picture: where its first bit lies
    input  logic                                  word_valid,
    output logic                                  word_ready,
    input  logic [31:0]                           word,
    input  logic [COORDINATE_BITS-1:0]            word_row,
    input  logic [COORDINATE_BITS-1:0]            word_column,
    input  logic [ADDRESS_BITS-1:0]               word_address,
    input  logic [PLACE_BITS-1:0]                 word_place,
    // the value of the nonzero that was found, read at once
    output logic [PLACE_BITS-1:0]                 value_place,
    input  logic [VALUE_BITS-1:0]                 value,
    // taps of the MACs, `tap_address` being row x pitch + column; the plane of this step
    input  logic [MACS-1:0][TAP_BITS-1:0]         tap_row,
    input  logic [MACS-1:0][TAP_BITS-1:0]         tap_column,
    input  logic [MACS-1:0][ADDRESS_BITS-1:0]     tap_address,
    input  logic [ADDRESS_BITS-1:0]               plane,
    // rows and columns of the other operand
    input  logic [COORDINATE_BITS-1:0]            rows,
    input  logic [COORDINATE_BITS-1:0]            columns,
    // the MACs multiply with the first of the queue; they do so for the last time
    input  logic                                  step,
    input  logic                                  next,
    output logic                                  valid,
    output logic [VALUE_BITS-1:0]                 broadcast,
    output logic [MACS-1:0][ADDRESS_BITS-1:0]     address,
    output logic [MACS-1:0]                       in_range
);
  localparam int DEPTH = 4;
  localparam int ENTRY_BITS = 2 * COORDINATE_BITS + ADDRESS_BITS + VALUE_BITS;

  // ---- the word that is searched
  logic [31:0]                left;
  logic [31:0]                rest;
  logic                       found;
  logic [4:0]                 place;
  logic [COORDINATE_BITS-1:0] row;
  logic [COORDINATE_BITS-1:0] column;
  logic [ADDRESS_BITS-1:0]    origin;
  logic                       room;
  logic                       push;

  next_one #(.WIDTH(32)) search (.vector(left), .found(found), .place(place), .rest(rest));
  assign push = found && room;
  assign word_ready = rest == '0 && (room || !found);

  always_ff @(posedge clock) begin
    if (reset) left <= '0;
    else if (word_ready) left <= word_valid ? word : '0;
    else if (push) left <= rest;
  end
  always_ff @(posedge clock) begin
    if (word_ready && word_valid) begin
      row    <= word_row;
      column <= word_column;
      origin <= word_address;
    end
  end
  always_ff @(posedge clock) begin
    if (word_ready && word_valid) value_place <= word_place;
    else if (push) value_place <= value_place + PLACE_BITS'(1);
  end

  // ---- the queue: an entry stays where it was written; the places of first and last go round
  logic [DEPTH-1:0][ENTRY_BITS-1:0] queue;
  logic [DEPTH-1:0]                 first;
  logic [DEPTH-1:0]                 last;
  logic [DEPTH-1:0]                 held;
  logic [ENTRY_BITS-1:0]            entry;
  logic [ENTRY_BITS-1:0]            head;
  logic                             pop;
  logic                             give;

  assign room = held != '1;
  assign give = step && |held;
  assign pop = give && next;
  assign entry = {row, column + COORDINATE_BITS'(place), origin + ADDRESS_BITS'(place), value};
  for (genvar i = 0; i < DEPTH; i++) begin : g_entry
    always_ff @(posedge clock) if (push && last[i]) queue[i] <= entry;
    always_ff @(posedge clock) begin
      if (reset) held[i] <= 1'b0;
      else if (push && last[i]) held[i] <= 1'b1;
      else if (pop && first[i]) held[i] <= 1'b0;
    end
  end
  always_ff @(posedge clock) begin
    if (reset) first <= DEPTH'(1);
    else if (pop) first <= {first[DEPTH-2:0], first[DEPTH-1]};
  end
  always_ff @(posedge clock) begin
    if (reset) last <= DEPTH'(1);
    else if (push) last <= {last[DEPTH-2:0], last[DEPTH-1]};
  end
  always_comb begin
    head = '0;
    for (int i = 0; i < DEPTH; i++) if (first[i]) head = head | queue[i];
  end

  // ---- what each MAC multiplies it with
  logic [COORDINATE_BITS-1:0] head_row;
  logic [COORDINATE_BITS-1:0] head_column;
  logic [ADDRESS_BITS-1:0]    head_address;
  assign head_row = head[VALUE_BITS+ADDRESS_BITS+COORDINATE_BITS+:COORDINATE_BITS];
  assign head_column = head[VALUE_BITS+ADDRESS_BITS+:COORDINATE_BITS];
  assign head_address = head[VALUE_BITS+:ADDRESS_BITS];

  always_ff @(posedge clock) valid <= !reset && give;
  always_ff @(posedge clock) if (give) broadcast <= head[VALUE_BITS-1:0];
  for (genvar i = 0; i < MACS; i++) begin : g_mac
    // a bit more: below zero is beyond any picture
    logic [COORDINATE_BITS:0] own_row;
    logic [COORDINATE_BITS:0] own_column;
    assign own_row = (COORDINATE_BITS + 1)'(head_row) - (COORDINATE_BITS + 1)'(tap_row[i]);
    assign own_column =
        (COORDINATE_BITS + 1)'(head_column) - (COORDINATE_BITS + 1)'(tap_column[i]);
    always_ff @(posedge clock) begin
      if (give) begin
        address[i]  <= head_address + plane - tap_address[i];
        in_range[i] <= own_row < {1'b0, rows} && own_column < {1'b0, columns};
      end
    end
  end
endmodule
