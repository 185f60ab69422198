import { useState } from 'preact/hooks';
import { forget } from './answers.ts';
import { ApiError, type RequestOptions, request } from './api.ts';
import { signedOut } from './session.ts';

/** A pending change, and the error of the last one. */
export interface Change {
  readonly isBusy: boolean;
  readonly fault: string | undefined;
  /** Makes a change, and then refreshes all answers. @returns the server's answer; undefined if it failed */
  readonly run: <Result>(path: string, options: RequestOptions) => Promise<Result | undefined>;
}

export function useChange(): Change {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const run = async <Result>(path: string, options: RequestOptions): Promise<Result | undefined> => {
    setBusy(true);
    setFault(undefined);
    try {
      return await request<Result>(path, options);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) signedOut();
      setFault(error.message);
      return undefined;
    } finally {
      setBusy(false);
      forget();
    }
  };
  return { isBusy, fault, run };
}
