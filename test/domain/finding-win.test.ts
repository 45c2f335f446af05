import { test } from 'tap';
import { firstToFix, partOfPage, winText } from '../../src/domain/finding-win.js';
import type { Finding } from '../../src/domain/trace.js';

const finding = (win?: number): Finding => ({
  ...{ id: '1', kind: 'n+1', severity: 'high', message: '', spans: [], ms: 90, confidence: 1, reasons: [] },
  ...(win !== undefined && { win }),
});

test('the finding that wins most is to be fixed first, if it wins a part of the page', (t) => {
  const findings = [finding(), finding(12), finding(61.2), finding(0.01)];
  const page = { duration: 85, findings };
  t.equal(firstToFix(page), findings[2]);
  t.same(
    findings.map((each) => winText(each, page)),
    ['', 'wins 12ms', 'fix this first: 61 of 85ms', 'wins nothing'],
  );
  t.equal(firstToFix({ duration: 2000, findings }), undefined);
  t.equal(winText(findings[2]!, { duration: 2000, findings }), 'wins 61ms');
  t.equal(winText(findings[2]!, { findings }), '', 'a request that did not end');
  t.end();
});

test('a part of a page has the unit once, where both have the same', (t) => {
  t.equal(partOfPage(61, 85), '61 of 85ms');
  t.equal(partOfPage(310, 1200), '310ms of 1.20s');
  t.equal(partOfPage(1.5, 9), '1.5 of 9.0ms');
  t.end();
});
