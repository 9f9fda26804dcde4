import { alloc, newQueue, Queue } from "./arena";
import { mapping, run } from "./layout";
import { Residency, residencyAt } from "./residency";

/** Teams' lists of k's, made as far as they are asked for. */

/** Of an item without a k: its team has none in the episode, and will have some later. */
export const noK: i32 = -1;

/** One k over one chunk of positions. */
@unmanaged
export class Item {
  residency: Residency;
  /** of the whole layer */
  episode: i32;
  k: i32;
  /** place of its k in its episode */
  place: i32;
  /** number of its sums among all of the team */
  sums: i32;
  /** begins new sums, or finishes them */
  first: bool;
  last: bool;
}

/** An item that finishes sums. */
@unmanaged
export class LastItem {
  number: i32;
  k: i32;
  residency: Residency;
}

@unmanaged
class Team {
  items: Queue;
  /** items that finish sums, from sums number `lastBase` on */
  lastItems: Queue;
  lastBase: i32;
  /** number of the first item in `items`, of the next one, and of the first that is needed */
  base: i32;
  made: i32;
  needed: i32;
  /** the next item's residency, round, place, and the sums of residencies before */
  residency: i32;
  round: i32;
  place: i32;
  sums: i32;
  ended: bool;
}

let teams: usize = 0;

function teamAt(team: i32): Team {
  return changetype<Team>(teams + <usize>team * offsetof<Team>());
}

export function startItems(): void {
  teams = alloc(<u64>mapping.teams * offsetof<Team>());
  memory.fill(teams, 0, mapping.teams * offsetof<Team>());
  for (let i = 0; i < mapping.teams; i++) {
    teamAt(i).items = newQueue(offsetof<Item>());
    teamAt(i).lastItems = newQueue(offsetof<LastItem>());
  }
}

/** Items before this number are not asked for any more. */
export function forgetItems(team: i32, before: i32): void {
  teamAt(team).needed = before;
}

/** The item that finishes sums number `sums`; none where it has not been asked for. */
export function lastItem(team: i32, sums: i32): LastItem | null {
  const own = teamAt(team);
  if (sums - own.lastBase >= own.lastItems.length) return null;
  return changetype<LastItem>(own.lastItems.at(sums - own.lastBase));
}

/** Sums before this number have been sent by every slice of a team. */
export function forgetSums(team: i32, before: i32): void {
  const own = teamAt(team);
  for (; own.lastBase < before; own.lastBase++) own.lastItems.shift();
}

/** Item `number` of a team, to be read before the next is asked for; none behind the last. */
export function itemAt(number: i32, team: i32): Item | null {
  const own = teamAt(team);
  while (own.made <= number) if (!make(own, team)) return null;
  return changetype<Item>(own.items.at(number - own.base));
}

/** As many as a team has k's; one without a k where it has none but will have some. */
function itemsOfEpisode(residency: Residency, team: i32): i32 {
  const count = residency.kCount(team);
  return count === 0 && !residency.lastKs ? 1 : count;
}

/** Makes a team's next item; false when there is none. */
function make(own: Team, team: i32): bool {
  if (own.ended) return false;
  let residency = residencyAt(own.residency);
  while (residency !== null && own.place === itemsOfEpisode(residency, team)) {
    own.place = 0;
    if (++own.round === run.rounds) {
      own.round = 0;
      own.sums += residency.kCount(team);
      residency = residencyAt(++own.residency);
    }
  }
  if (residency === null) {
    own.ended = true;
    return false;
  }
  for (; own.base < own.needed && own.items.length > 0; own.base++) own.items.shift();
  const any = residency.kCount(team) > 0;
  const item = changetype<Item>(own.items.push());
  item.residency = residency;
  item.episode = residency.episode + own.round;
  item.k = any ? residency.k(team, own.place) : noK;
  item.place = own.place;
  item.sums = own.sums + own.place;
  item.first = any && own.round === 0;
  item.last = any && own.round === run.rounds - 1;
  if (item.last) {
    const last = changetype<LastItem>(own.lastItems.push());
    last.number = own.made;
    last.k = item.k;
    last.residency = residency;
  }
  own.place++;
  own.made++;
  return true;
}
