// What came CYCLES cycles ago. Zero after a reset, unless RESET is 0: data of which a bit beside them says that they hold
// need none.
module delay #(
    parameter int WIDTH = 32,
    parameter int CYCLES = 1,
    parameter int RESET = 1
) (
    input  logic             clock,
    input  logic             reset,
    input  logic [WIDTH-1:0] now,
    output logic [WIDTH-1:0] later
);
  if (CYCLES == 0) begin : g_none
    assign later = now;
    logic unused;
    assign unused = &{1'b0, clock, reset};
  end else begin : g_some
    logic [CYCLES*WIDTH-1:0] kept;
    always_ff @(posedge clock) kept <= reset && RESET != 0 ? '0 : (CYCLES * WIDTH)'({kept, now});
    assign later = kept[(CYCLES-1)*WIDTH+:WIDTH];
  end
endmodule
