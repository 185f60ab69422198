import { DATA_SETTINGS } from './data.ts';
import { readSwitch, readText, setting, severalSetting } from './setting.ts';

export const QUERY_SETTINGS = {
  ...DATA_SETTINGS,
  csv: setting('print the rows as CSV', '', 'false', readSwitch),
} as const;

export const GOAL_SETTINGS = {
  ...DATA_SETTINGS,
  site: setting('the site', 'SITE', undefined, readText),
  event: setting('the goal is an event of this name', 'NAME', undefined, readText),
  prop: severalSetting("with --event: a property has one of these values: 'plan=pro|team'", 'PROP'),
  page: setting(
    'the goal is a view of a page that matches this pattern: /thanks/*',
    'PATTERN',
    undefined,
    readText,
  ),
  scroll: setting('with --page: the page was scrolled to this percentage', 'PERCENT', undefined, readText),
  json: setting('print JSON', '', 'false', readSwitch),
} as const;
