/** Headers tab: the headers of the request and of its response. */

import type { Headers } from '../../domain/trace.js';
import { cleanText, fitText, type Line } from '../../terminal/cells.js';
import { emptyPage, type Panel, type TableRow, type TextLine } from './panel.js';

function headerRows(headers: Headers, side: string): TableRow[] {
  return headers.map(([name, value], index) => ({
    copy: `${name}: ${value}`,
    line: (columns): Line => {
      const sideColumn: Line = columns < 50 ? [] : [[fitText(index === 0 ? side : '', 9), 'dim']];
      return [
        ' ',
        ...sideColumn,
        [fitText(cleanText(name), Math.min(24, Math.floor(columns / 3))), 'accent'],
        ' ',
        cleanText(value),
      ];
    },
  }));
}

export const headersPanel: Panel = {
  title: 'Headers',
  short: 'Head',
  key: '8',
  canBeEmpty: false,
  spans: () => [],
  badge: () => '',
  page: ({ trace, columns }) => {
    if (!trace.headers) return emptyPage('the headers of this request were not recorded');
    const { request, response } = trace.headers;
    const headers = [...request, ...(response ?? [])];
    return {
      headLines: () => [
        [
          [
            `  ${request.length} of the request, ${response ? `${response.length} of the response` : 'no response'}`,
            'head',
          ],
        ],
      ],
      entries: [...headerRows(request, 'request'), ...headerRows(response ?? [], 'response')],
      text: (row): TextLine[] => {
        const [name, value] = headers[row] ?? ['', ''];
        const text = cleanText(value);
        const size = Math.max(10, columns - 2);
        const pieces = text.match(new RegExp(`.{1,${size}}`, 'gu')) ?? [];
        return [
          { line: [' ', [cleanText(name), 'accent']] },
          ...pieces.map((piece) => ({ line: [` ${piece}`] })),
        ];
      },
    };
  },
};
