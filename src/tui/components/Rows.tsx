/** Painted rows, one text each; a row that did not change is not drawn again. */

import { Box, Text } from 'ink';
import { memo } from 'react';

const Row = memo(function Row({ text }: { text: string }) {
  // An empty text would take no row at all.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

/** Draws exactly `height` rows of at most `width` cells. */
export function Rows({ rows, width, height }: { rows: string[]; width: number; height: number }) {
  const shown = Array.from({ length: height }, (_, index) => rows[index] ?? '');
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {shown.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is known by its place
        <Row key={index} text={text} />
      ))}
    </Box>
  );
}
