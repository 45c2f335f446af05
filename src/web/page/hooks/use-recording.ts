/** Switch of the recording. */

import type { Recording } from '../../../domain/link.js';
import { usePage } from './page-context.js';

const SAID: Record<Recording, string> = {
  all: 'recording every request',
  marked: 'recording marked requests only',
  off: 'recording nothing',
};

/** Switches the recording; undefined where no app runs. */
export function useRecording(): ((recording: Recording) => void) | undefined {
  const { feed, status, dispatch, failed } = usePage();
  const { record } = feed;
  if (record === undefined || !status.live) return undefined;
  return (recording) => {
    record
      .call(feed, recording)
      .then(
        () => dispatch({ type: 'notice', text: SAID[recording], role: recording === 'all' ? 'ok' : 'warn' }),
        failed,
      );
  };
}
