import type { ComponentChildren } from 'preact';
import type { Answer } from '../api/answers.ts';
import { Fault } from './fault.tsx';

interface AnsweredProps<Result> {
  readonly answer: Answer<Result>;
  readonly children: (data: Result) => ComponentChildren;
}

/** Renders an answer once it has arrived. */
export function Answered<Result>({ answer: { data, error }, children }: AnsweredProps<Result>) {
  if (data !== undefined) return <>{children(data)}</>;
  return error ? <Fault error={error} /> : <div class="awaiting" aria-hidden="true" />;
}
