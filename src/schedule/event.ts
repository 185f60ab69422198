import { createHash } from 'node:crypto';
import type { Message } from './webhook.ts';

/** An event for receivers of the webhook. */
export interface Event {
  readonly type: 'report.created' | 'purge.done' | 'archive.done' | 'alert.fired' | 'alert.cleared';
  /** What the event is about: a job or a rule. */
  readonly subject: string;
  /** Identifies the event, with type and subject: a repeated event is the same message. Milliseconds since 1970. */
  readonly moment: number;
  /** The time of the event. */
  readonly time: number;
  readonly data: object;
}

/** An event in the format of the webhook: `{"type","timestamp","data"}`. */
export function messageOfEvent({ type, subject, moment, time, data }: Event): Message {
  const digest = createHash('sha256').update(`${type}\n${subject}\n${moment}`).digest('hex');
  return {
    id: `msg_${digest.slice(0, 32)}`,
    body: JSON.stringify({ type, timestamp: new Date(time).toISOString(), data }),
  };
}
