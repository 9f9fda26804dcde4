// Reads the lists of a trace from its PE's list memory, list by list: a header where lists have
// one, a bitmap of the chunk's positions, values in the order of positions. It holds one list that
// is looked at, and of the next one header and bitmap, which are read ahead; a value word is read
// when the one before has gone to work. Lists in which the trace has nothing to do are passed.
//
// The memory gives each of a PE's traces a word in turn, a cycle after it was asked for. A header
// or a bitmap takes as many cycles as two turns, and one more at the end, whichever turn it gets.
// While it is read no list is loaded, so all values that are asked for are of one list, whose next
// tile goes to work so many cycles after the one before at the earliest. A word for such a tile
// that has become due since less than a turn lets a header or bitmap go first, a list's first word
// does not. So a header or bitmap has one of any two turns, and values come in time.
//
// Lists of the active chunk and, when that has come, of the next one are read, those of later
// chunks are not. A trace that has no chunk has nothing to do; of lists that have no header it then
// reads nothing.
//
// What waits for its turn is in latches that are open in the second half of the cycle in which they
// are written, what takes its place in latches that are open in the first half of the cycle after:
// both are a flip-flop's two halves.
//
// Rule: a word that is asked for in the trace's turn comes a cycle later, and turns come round.
module list_reader #(
    parameter int VALUE_BITS = 16,
    // traces that share the list memory, and its words, a power of two
    parameter int TRACES = 3,
    parameter int LIST_WORDS = 64,
    // chunks are numbered modulo 2^EPISODE_BITS, lists' episodes modulo 4
    parameter int EPISODE_BITS = 2,
    localparam int WORD = VALUE_BITS == 32 ? 128 : 64,
    localparam int LIST_BITS = $clog2(LIST_WORDS),
    // cycles of two turns
    localparam int TURNS = 2 * TRACES,
    // cycles for which a word that has become due lets others go first
    localparam int WAITS = TRACES > 1 ? TRACES - 1 : 1
) (
    input  logic                    clock,
    input  logic                    reset,
    // lists have headers; changes under reset only
    input  logic                    headers,
    // the memory is shared by 1, 2 or 4 sequences of lists, as a power of two
    input  logic [1:0]              shares_log,
    // number of the one that is read
    input  logic [1:0]              share,
    // number of the list behind the last one that is in the memory, modulo 16
    input  logic [3:0]              lists_in,
    // number of the list that is read, modulo 16
    output logic [3:0]              read_index,
    // its episode, modulo 4
    input  logic [1:0]              read_episode,
    // its words, where it has no header that says so
    input  logic [4:0]              read_length,
    // episode of the active chunk
    input  logic [EPISODE_BITS-1:0] episode,
    // it has row words
    input  logic                    active_full,
    // episode of the last chunk that has come
    input  logic [EPISODE_BITS-1:0] chunks_there,
    // the next chunk has row words
    input  logic                    chunk_full,
    // a word is asked for, if it is the trace's turn
    output logic                    list_request,
    // the next value word, or else the next header or bitmap
    output logic [LIST_BITS-1:0]    list_address,
    // the word that was asked for in the cycle before is there
    input  logic                    list_valid,
    // the word
    input  logic [WORD-1:0]         list_word,
    // where it is a header: this trace's mask; without a one it has nothing to do
    input  logic [17:0]             list_mask,
    // words of the list behind the header; without one there is nothing to do
    input  logic [4:0]              list_length,
    // all of the list has been looked at: on to the next one
    input  logic                    flip,
    // values go to work
    input  logic                    swap,
    // there is a list to be looked at
    output logic                    active,
    // its number, modulo 16
    output logic [3:0]              index,
    // its episode, modulo 4
    output logic [1:0]              index_episode,
    // its positions
    output logic [63:0]             bitmap,
    // its mask
    output logic [17:0]             mask,
    // the values of the tile that is looked at are there, or come in this cycle
    output logic                    values_there,
    // the values that came last
    output logic [WORD-1:0]         next_values
);
  logic                 start;
  logic                 reads;
  logic [3:0]           cycle;
  logic                 ends_header;
  logic                 ends_bitmap;
  logic                 header_read;
  logic                 bitmap_read;
  logic                 head_due;
  logic                 has_chunk;
  logic                 is_job;
  logic                 was_job;
  logic                 next_full;
  logic                 skip;
  logic                 load;
  logic                 value_full;
  logic                 value_due;
  logic                 value_can_wait;
  logic                 asks_value;
  logic                 value_asked;
  logic                 value_comes;
  logic                 head_comes;
  logic                 take_value;
  logic                 take_header;
  logic                 take_bitmap;
  logic                 readable;
  logic [WAITS-1:0]     goes_on;
  logic [LIST_BITS-1:0] head;
  logic [LIST_BITS-1:0] value_before;
  logic [LIST_BITS-1:0] next_value;
  logic [LIST_BITS-1:0] address;
  logic [4:0]           ahead;
  (* latch *) logic [4:0]      length;
  (* latch *) logic [63:0]     next_bitmap;
  (* latch *) logic [17:0]     next_mask;
  (* latch *) logic [63:0]     own_bitmap;
  (* latch *) logic [17:0]     own_mask;
  (* latch *) logic [3:0]      own_index;
  (* latch *) logic [1:0]      own_episode;
  (* latch *) logic [WORD-1:0] own_values;

  assign bitmap = own_bitmap;
  assign mask = own_mask;
  assign index = own_index;
  assign index_episode = own_episode;
  assign next_values = own_values;

  // ---- header and bitmap, in cycles of their own

  assign readable = read_index != lists_in && (read_episode == episode[1:0]
      || (read_episode == episode[1:0] + 2'd1 && chunks_there != episode));
  assign has_chunk = read_episode == episode[1:0] ? active_full : chunk_full;
  assign start = cycle == '0 && !next_full && readable;
  assign reads = start || cycle != '0;
  assign ends_header = cycle == 4'(TURNS);
  assign ends_bitmap = headers ? cycle == 4'(2 * TURNS) : cycle == 4'(TURNS);
  assign head_due = reads && !head_comes
      && (headers && !header_read ? 1'b1 : !bitmap_read && (headers ? was_job : has_chunk));

  // ---- words that are asked for, not again as they come, where a trace has every turn

  assign value_comes = TRACES == 1 && list_valid && value_asked;
  assign head_comes = TRACES == 1 && list_valid && !value_asked;
  assign value_due = active && !value_full && !value_comes;
  assign value_can_wait = TRACES > 1 && goes_on != '0;
  assign asks_value = value_due && !(value_can_wait && head_due);
  assign next_value = value_before + LIST_BITS'(1);
  assign list_request = value_due || head_due;
  assign address = asks_value ? next_value : head;
  assign list_address = shares_log[1] ? {share, address[LIST_BITS-3:0]}
      : shares_log[0] ? {share[0], address[LIST_BITS-2:0]} : address;

  // ---- words that come

  assign take_value = list_valid && value_asked;
  assign take_header = list_valid && !value_asked && headers && !header_read;
  assign take_bitmap = list_valid && !value_asked && !(headers && !header_read);
  assign is_job = has_chunk && (take_header ? |list_mask && |list_length
      : take_bitmap && !headers ? |list_word[63:0] : was_job);
  assign skip = ends_header && !is_job;
  assign load = next_full && (flip || !active);
  assign values_there = value_full || take_value;
  // the address of a bitmap stays until its list is looked at: its values are behind it
  assign ahead = load || (skip && !headers) ? (headers ? length : read_length)
      : take_header && !is_job ? list_length + 5'd1 : 5'd1;

  always_ff @(posedge clock) begin
    value_asked <= asks_value;
    if (take_value || swap || reset) value_full <= !reset && !swap;
    // values of a list that is at work: due since one cycle, since two and so on
    if (swap || |goes_on || reset)
      goes_on <= WAITS'({goes_on, swap && !flip}) & {WAITS{!reset}};
    if (take_value || load) value_before <= load ? head : next_value;
    if (reads || reset) cycle <= reset || skip || ends_bitmap ? '0 : cycle + 4'd1;
    if (take_header || take_bitmap || skip || ends_bitmap || reset) begin
      header_read <= !reset && !skip && !ends_bitmap && (header_read || take_header);
      bitmap_read <= !reset && !skip && !ends_bitmap && (bitmap_read || take_bitmap);
      was_job <= is_job;
    end
    if (take_header || (skip && !headers) || load || reset)
      head <= reset ? '0 : head + LIST_BITS'(ahead);
    if (ends_bitmap || load || reset) next_full <= !reset && !load && !skip;
    if (load || flip || reset) active <= !reset && load;
    if (skip || load || reset) read_index <= reset ? '0 : read_index + 4'd1;
    if (take_header) length <= list_length;
    // without headers all is wanted
    if (take_header || reset) next_mask <= list_mask | {18{reset}};
    if (take_bitmap) next_bitmap <= list_word[63:0];
    if (load) begin
      own_bitmap <= next_bitmap;
      own_mask <= next_mask;
      own_index <= read_index;
      own_episode <= read_episode;
    end
    if (take_value) own_values <= list_word;
  end

`ifdef ASSERTIONS
  always @(posedge clock)
    if (!reset) begin
      assert (!(headers && ends_header && !(header_read || take_header)))
      else $fatal(1, "list_reader: a header does not come in time");
      assert (!(ends_bitmap && !skip && !(bitmap_read || take_bitmap)))
      else $fatal(1, "list_reader: a bitmap does not come in time");
    end
`endif
endmodule
