import { DATA_SETTINGS } from './data.ts';

export const SECRETS_SETTINGS = { 'data-dir': DATA_SETTINGS['data-dir'] } as const;
