/** Option `--latency`: latencies as people write them. */

import { InvalidArgumentError, Option } from 'commander';
import { type Latencies, parseLatencies } from '../../domain/latency.js';

/** The option, with its line in the help. */
export function latenciesOption(description: string): Option {
  return new Option('--latency <time>', description).argParser(readLatencies);
}

/** Latencies of an option's text; throws an InvalidArgumentError for other text. */
export function readLatencies(text: string): Latencies {
  const latencies = parseLatencies(text);
  if (latencies === undefined)
    throw new InvalidArgumentError(
      'Write a time such as 2ms, or times by kind or library: sql=2ms,cache=1ms,pg=5ms.',
    );
  return latencies;
}
