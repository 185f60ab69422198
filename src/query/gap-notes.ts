/** The notes that explain why values of an answer are null. */
import { isoTime } from './engine/rows.ts';

/** @param time milliseconds since 1970: earlier data is purged */
export function purgeNote(time: number): { readonly purged_before: string; readonly detail: string } {
  const purged_before = isoTime(time);
  return {
    purged_before,
    detail: `hits or visits before ${purged_before} are purged: values that need them are null`,
  };
}

/** @param time milliseconds since 1970: later visits lack hits */
export function pendingNote(time: number): { readonly pending_since: string; readonly detail: string } {
  const pending_since = isoTime(time);
  return {
    pending_since,
    detail: `visits since ${pending_since} lack hits that are still being added: values that need them are null`,
  };
}
