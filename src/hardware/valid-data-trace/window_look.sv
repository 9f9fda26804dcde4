// The window of fmap bits that belongs to a position of a chunk. Combinational.
//
// Row word w of the chunk is in bank w mod 3, there number w / 3. The window's three lanes follow
// each other, so they are in three banks: one word of each is read, and shifted.
module window_look (
    // of all row words the bits: bank 0, its words 0 to 3, bank 1, bank 2
    input  logic [2:0][3:0][19:0] words,
    // of groups 0 and 1, 2 and 3 and so on: {row words from the first lane of one to that of the
    // other, row word of the first lane of the first one}
    input  logic [3:0][6:0]       group_words,
    // columns of a group, as a power of two
    input  logic [1:0]            group_log,
    // bits from a column of a group to the next
    input  logic [2:0]            column_step,
    // the position: group and column
    input  logic [5:0]            position,
    // number of the first lane's row word in its bank
    output logic [1:0]            row,
    // its bank
    output logic [1:0]            turn,
    // bit of a row word where the window begins
    output logic [3:0]            offset,
    // three lanes of six bits
    output logic [17:0]           window
);
  logic [2:0]      group;
  logic [2:0]      column;
  logic [6:0]      of_couple;
  logic [3:0]      first;
  logic [2:0][5:0] in_banks;

  assign group = 3'(position >> group_log);
  assign column = position[2:0] & {&group_log, group_log[1], |group_log};
  assign of_couple = group_words[group[2:1]];
  assign first = of_couple[3:0] + {1'b0, of_couple[6:4] & {3{group[0]}}};
  assign row = first >= 4'd9 ? 2'd3 : first >= 4'd6 ? 2'd2 : first >= 4'd3 ? 2'd1 : 2'd0;
  assign turn = first[1:0] + row;
  assign offset = (column[0] ? {1'b0, column_step} : 4'd0)
      + (column[1] ? {column_step, 1'b0} : 4'd0) + (column[2] ? {column_step[1:0], 2'b0} : 4'd0);

  for (genvar b = 0; b < 3; b++) begin : g_bank
    logic [1:0]  of_bank;
    logic [3:0]  hot;
    logic [19:0] seen;
    logic [12:0] by8;
    logic [8:0]  by4;
    logic [6:0]  by2;
    assign of_bank = (2'(b) < turn) ? row + 2'd1 : row;
    assign hot = 4'd1 << of_bank;
    assign seen = (words[b][0] & {20{hot[0]}}) | (words[b][1] & {20{hot[1]}})
        | (words[b][2] & {20{hot[2]}}) | (words[b][3] & {20{hot[3]}});
    // shifted by 8, 4, 2, 1: only what can reach the window
    assign by8 = offset[3] ? {1'b0, seen[8+:12]} : seen[0+:13];
    assign by4 = offset[2] ? by8[12:4] : by8[8:0];
    assign by2 = offset[1] ? by4[8:2] : by4[6:0];
    assign in_banks[b] = offset[0] ? by2[6:1] : by2[5:0];
  end
  // lane l is in bank (turn + l) mod 3
  assign window = turn[1] ? {in_banks[1:0], in_banks[2]}
      : turn[0] ? {in_banks[0], in_banks[2:1]} : in_banks;
endmodule
