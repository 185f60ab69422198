/** The output of `import --dry-run`: how the lines of files are read. */

import type { ExampleLine } from '../logs/survey.ts';
import { numberText } from '../report/number-text.ts';
import { excerpt } from '../schema/printable.ts';
import type { SurveyedLog } from './import-checks.ts';

const LONGEST_TEXT = 160;
/** Of the column of names, in characters. */
const LEAST_WIDTH = 10;

/** How one file is read, as JSON. */
export function dryRun({ name, survey, findings }: SurveyedLog) {
  return {
    file: name,
    lines: survey.lines,
    read: survey.read,
    examples: survey.examples.map(({ facts }) => fieldsOf(facts)),
    warnings: findings.map(({ text }) => text),
  };
}

/** How files are read, as text. */
export function dryRunText(logs: readonly SurveyedLog[]): string {
  const paragraphs = logs.map(({ name, survey, findings }) =>
    [
      `${name}: ${numberText(survey.read)} of ${numberText(survey.lines)} sampled lines can be read`,
      ...survey.examples.flatMap(exampleText),
      ...(survey.unread === undefined
        ? []
        : [`  not read: ${cut(survey.unread)}`, `    ${survey.commonFailure}`]),
      ...findings.map(({ text }) => `  Warning: ${text}`),
    ].join('\n'),
  );
  return `${paragraphs.join('\n')}\nNothing is imported.\n`;
}

function exampleText({ text, facts }: ExampleLine): string[] {
  const entries = Object.entries(fieldsOf(facts));
  const width = Math.max(LEAST_WIDTH, ...entries.map(([name]) => name.length));
  const fields = entries.map(([name, value]) => `    ${name.padEnd(width)}  ${cut(String(value))}`);
  return [`  ${cut(text)}`, ...fields];
}

function fieldsOf({ time, peer, site, method, path, status, ...more }: ExampleLine['facts']) {
  const { bytes, responseTime, referrer, userAgent } = more;
  return {
    time: new Date(time).toISOString(),
    client: peer,
    site,
    method,
    path,
    status,
    ...(bytes >= 0 && { bytes }),
    ...(responseTime >= 0 && { response_time: responseTime / 1e6 }),
    ...(referrer !== '' && { referrer }),
    ...(userAgent !== '' && { user_agent: userAgent }),
  };
}

function cut(text: string): string {
  return excerpt(text, LONGEST_TEXT);
}
