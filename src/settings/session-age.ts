import { readDuration } from '../timing/duration.ts';
import { bad } from './setting.ts';

/** Longest age of a cookie that browsers keep, in seconds. */
const LONGEST = 400 * 86_400;

/** How long a browser stays signed in, in seconds: `30m`, `12h`, `30d`. */
export function readSessionAge(text: string, flag: string): number {
  const seconds = readDuration(text) ?? 0;
  if (seconds >= 60 && seconds <= LONGEST) return seconds;
  throw bad(flag, text, 'a duration from 1m to 400d, such as 12h');
}
