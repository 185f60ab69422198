import { readOneOf, setting } from './setting.ts';

export const LOG_LEVEL = setting(
  'fatal, error, warn, info, debug, trace or silent',
  'LEVEL',
  'info',
  readOneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const),
);
