/** Rule: errors that reached the framework's error handling, or the process. */

import { errorOutcome, errorTitle, isGraveError } from '../../domain/request-error.js';
import { firstApplicationFrame, type RequestError } from '../../domain/trace.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

/** An error that the app answers with a 4xx is an answer, such as "not found". */
export const errors: Rule = (scene) => {
  const { trace } = scene;
  const { status } = trace;
  return (trace.errors ?? [])
    .filter((error) => isGraveError(error, trace) || status === undefined || status < 400)
    .map((error) => draftOf(scene, error));
};

function draftOf({ trace, calls }: Scene, error: RequestError): Draft {
  const isGrave = isGraveError(error, trace);
  const call = calls.find(({ index }) => index === error.span);
  return {
    kind: 'thrown',
    severity: isGrave ? 'high' : 'low',
    message: `${errorTitle(error)}: ${errorOutcome(error, trace)}`,
    calls: call === undefined ? [] : [call],
    // Errors of drivers come without a stack: the line is that of the call which failed.
    site: firstApplicationFrame(error.stack) ?? call?.site,
    shape: error.name,
    ms: 0,
    ...weighConfidence(
      isGrave ? 0.95 : 0.5,
      [true, 0, 'it was thrown, and seen where it arrived'],
      [!isGrave, 0, 'the app answered it in good order'],
    ),
  };
}
