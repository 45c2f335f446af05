/** Loads the instruments by others of a run, and takes over what they say of their kinds. */

import type { KindFacts } from '../../domain/library.js';
import type { GuestConfig } from '../../domain/link.js';
import { attempt } from '../guard.cjs';
import { instruments } from '../instruments/index.cjs';
import { leaveUntimed } from '../record/call-times.cjs';
import { encodeLine } from '../record/encode-span.cjs';
import { nameTiming } from '../record/server-timing.cjs';
import { sendLines } from '../record/transport.cjs';
import { type GuestInstrument, guestInstruments } from './guests.cjs';

/** Instruments of the configurations of a run; what is wrong with one is told, and touches no other. */
export function installGuests(configs: GuestConfig[] | undefined): GuestInstrument[] {
  for (const { kinds = [] } of instruments) for (const facts of kinds) nameTiming(facts);
  if (configs === undefined) return [];
  const guests = attempt(guestInstruments, configs, reportTrouble) ?? [];
  for (const facts of [...configs.flatMap(kindsIn), ...guests.flatMap(({ kinds = [] }) => kinds)]) {
    nameTiming(facts);
    if (facts.wraps) leaveUntimed(facts.kind);
  }
  return guests;
}

function reportTrouble(name: string, trouble: string): void {
  sendLines(encodeLine({ t: 'library', name, version: '', trouble }), false);
}

/** Kinds of a configuration; spans that the app names itself may have any of them. */
function kindsIn({ kinds = [] }: GuestConfig): KindFacts[] {
  if (kinds.length > 0)
    sendLines(encodeLine({ t: 'library', name: 'scooby.span', version: '', kinds }), false);
  return kinds;
}
