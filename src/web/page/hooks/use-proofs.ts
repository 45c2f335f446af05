/** Proofs of a fix: the one query in place of a loop, and what became of the findings. */

import { useEffect, useRef, useState } from 'react';
import { escapeToOneLine, readableUrl } from '../../../domain/text.js';
import type { Finding, Trace } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import type { TrialResult } from '../../../feed/feed.js';
import {
  isTriable,
  lengthRefusal,
  loopOfCall,
  loopsOfFinding,
} from '../../../insight/rewrite/finding-loops.js';
import type { Verification } from '../../../insight/verify/verdicts.js';
import { maySend } from '../parts/may-send.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

/** What was tried, or verified; a text while it goes on; values that a trial asks for first. */
export type Proof =
  | { trial: TrialResult }
  | { verification: Verification }
  | { doing: string }
  | { names: string[]; submit(values: Record<string, string>): void };

export interface Proofs {
  proof: Proof | undefined;
  close(): void;
  /** Tries the loop of a finding; missing where no app runs. */
  tryLoop?: (finding: Finding) => void;
  /** Sends the request again; missing where it cannot be sent. */
  verify?: () => void;
  watch?: () => void;
  isWatched: boolean;
}

/** Proofs of a request and their keys; `item` is the call that is open. */
export function useProofs(trace: Trace, item: number | undefined): Proofs {
  const { feed, status, state, dispatch, failed } = usePage();
  const [proof, setProof] = useState<Proof>();
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  const close = () => setProof(undefined);
  const prove = (doing: string, work: Promise<Proof>) => {
    setProof({ doing });
    work.then(
      (done) => shown.current && setProof(done),
      (error) => {
        close();
        failed(error);
      },
    );
  };
  const isLive = status.live && !trace.outside;
  const canTry = isLive && feed.tryLoop !== undefined;
  const trySpans = (spans: number[] | undefined) => {
    if (spans === undefined)
      return refuse('this request has no N+1 of queries that read: open one of its queries')();
    const refusal = lengthRefusal(spans);
    if (refusal !== undefined) return refuse(refusal)();
    const tryWith = async (given: Record<string, string>) => ({
      trial: await feed.tryLoop!(trace, spans, given),
    });
    const proveWith = (work: Promise<Proof>) => prove('trying the one query on the database …', work);
    proveWith(
      feed.maskedValues!(trace, spans).then((names): Proof | Promise<Proof> =>
        names.length > 0 ? { names, submit: (given) => proveWith(tryWith(given)) } : tryWith({}),
      ),
    );
  };
  const tryFinding = (finding: Finding) => trySpans(loopsOfFinding(trace, finding)[0]?.spans);
  const refuse = (text: string) => () => dispatch({ type: 'notice', text, role: 'warn' });
  const canSend = isLive && !isUnit(trace);
  const verify = () => {
    if (maySend(trace))
      prove(
        'sending it again …',
        feed.verify!(trace).then((verification) => ({ verification })),
      );
  };
  const isWatched = state.watch?.id === trace.id;
  const watch = () => {
    if (isWatched) dispatch({ type: 'unwatch' });
    else if (maySend(trace)) dispatch({ type: 'watch', id: trace.id, name: nameOf(trace) });
  };
  const noApp = refuse(
    isUnit(trace)
      ? `a ${trace.method} cannot be sent again`
      : 'no app runs under scooby here: start it with `scooby run`',
  );
  const triable = trace.findings.find((each) => isTriable(trace, each));
  const tryAny = () =>
    item !== undefined && trace.spans[item]?.kind === 'sql'
      ? trySpans(loopOfCall(trace, item).spans)
      : trySpans(triable && loopsOfFinding(trace, triable)[0]?.spans);
  const canVerify = canSend && feed.verify !== undefined;
  const canWatch = canSend && feed.watch !== undefined;
  useCommands({
    tryLoop: canTry ? tryAny : noApp,
    verify: canVerify ? verify : noApp,
    watch: canWatch ? watch : noApp,
  });
  useCommands(proof === undefined ? {} : { back: close }, 1);
  return {
    ...{ proof, close, isWatched },
    ...(canTry && { tryLoop: tryFinding }),
    ...(canVerify && { verify }),
    ...(canWatch && { watch }),
  };
}

function nameOf({ method, url }: Trace): string {
  return escapeToOneLine(`${method} ${readableUrl(url)}`);
}
