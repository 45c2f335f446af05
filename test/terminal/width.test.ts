import stringWidth from 'string-width';
import { test } from 'tap';
import { cellWidth } from '../../src/terminal/cells.js';

test('widths of characters equal those of Ink', (t) => {
  const samples = [
    'plain',
    '日本語',
    'ｶﾞ',
    'ガ',
    'é',
    'e\u0301',
    'naïve café',
    '한국어',
    '\u1112\u1161\u11ab',
    '👍',
    '👍🏽',
    '❤️',
    '❤',
    '⚠️',
    '👩‍👩‍👧',
    '🇩🇪',
    '1️⃣',
    'किताब',
    'ภาษาไทย',
    'עברית',
    'العربية',
    '𠮷野家',
    '…',
    '│█▌',
    'Ａｂ',
    '\u200b',
    '\u0301',
    '½',
    '①',
    '★',
  ];
  for (const sample of samples) t.equal(cellWidth(sample), stringWidth(sample), sample);
  t.end();
});
