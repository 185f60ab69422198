import { readDuration } from '../timing/duration.ts';
import { HOUR } from '../timing/units.ts';
import { bad, setting } from './setting.ts';

/** In milliseconds. The default is less than the ten seconds after which `docker stop` kills. */
export const STOP_TIMEOUT = setting(
  'time limit of a stop, even if something hangs; hits that are not delivered by then stay on disk',
  'DURATION',
  '8s',
  readStopTimeout,
);

function readStopTimeout(text: string, flag: string): number {
  const milliseconds = (readDuration(text) ?? 0) * 1000;
  if (milliseconds > 0 && milliseconds <= HOUR) return milliseconds;
  throw bad(flag, text, 'a duration from 1s to 1h, such as 8s');
}
