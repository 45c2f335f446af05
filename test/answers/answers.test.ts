/** One question, one answer: every command and every screen is asked the same of the same requests. */

import { test } from 'tap';
import { corpus } from './corpus.js';
import { type Answers, places } from './places.js';
import { record } from './recorded.js';

for (const { name, calls, want } of corpus) {
  test(name, async (t) => {
    const recorded = await record(t, name, calls);
    for (const question of Object.keys(want) as (keyof Answers)[]) {
      for (const { name: place, answers } of places) {
        const answer = await answers[question]?.(recorded);
        if (answer !== undefined) t.strictSame(answer, want[question], `${question}: ${place}`);
      }
    }
  });
}
