import { createHash } from 'node:crypto';
import type { Message } from './webhook.ts';

/** Something that happened, for those who listen at the webhook. */
export interface Event {
  readonly type: 'report.created' | 'purge.done' | 'archive.done' | 'alert.fired' | 'alert.cleared';
  /** What it happened to: a job or a rule. */
  readonly subject: string;
  /** With type and subject it names the event: told twice, it is the same message. Milliseconds since 1970. */
  readonly moment: number;
  /** When it happened. */
  readonly time: number;
  readonly data: object;
}

/** An event as it is posted: `{"type","timestamp","data"}`. */
export function messageOfEvent({ type, subject, moment, time, data }: Event): Message {
  const digest = createHash('sha256').update(`${type}\n${subject}\n${moment}`).digest('hex');
  return {
    id: `msg_${digest.slice(0, 32)}`,
    body: JSON.stringify({ type, timestamp: new Date(time).toISOString(), data }),
  };
}
