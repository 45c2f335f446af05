/** Painted rows, each a memoized Text, so that unchanged rows are not rendered again. */

import { Box, Text } from 'ink';
import { memo } from 'react';

const Row = memo(function Row({ text }: { text: string }) {
  // Ink gives an empty text no height.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

/** Exactly `height` rows of at most `width` cells. */
export function Rows({ rows, width, height }: { rows: string[]; width: number; height: number }) {
  const visibleRows = Array.from({ length: height }, (_, index) => rows[index] ?? '');
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {visibleRows.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is identified by its index
        <Row key={index} text={text} />
      ))}
    </Box>
  );
}
