import { readFunnel } from '../query/language/funnel-query-reader.ts';
import type { FunnelResult } from '../query/visit-schemas.ts';
import { funnelCsv, funnelText } from '../report/funnel-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { FUNNEL_SETTINGS } from '../settings/visits.ts';
import type { Command } from './command.ts';
import { askVisits } from './visit-client.ts';
import { checkUsage, funnelOfFlags } from './visit-flags.ts';

export const funnel: Command<typeof FUNNEL_SETTINGS> = {
  usage: '--step STEP --step STEP… | --funnel NAME [options]',
  settings: FUNNEL_SETTINGS,
  examples: [
    'hit-tracker funnel --site example.com --period 30d --step page=/cart --step event=purchase',
    "hit-tracker funnel --period 30d --step page=/pricing --step 'signup or page=/thanks' --within 7d --by source",
    "hit-tracker funnel --site example.com --funnel checkout --from 2026-11-01 --to 2026-12-01 --filter 'country is DE'",
  ],
  async run(values, positionals, terminal) {
    checkUsage(values, positionals);
    const query = funnelOfFlags(values);
    const answer = await askVisits<FunnelResult>(
      values,
      {
        ...{ path: '/api/v1/funnel', query },
        check: (asked, { goals, funnels }) => readFunnel(asked, Date.now(), goals, funnels),
        answer: (asked, db, { goals, funnels }) => db.funnel(asked, goals, funnels),
      },
      terminal,
    );
    const text = values.csv ? funnelCsv(answer) : funnelText(answer, terminal.stdout.columns ?? 80);
    terminal.stdout.write(values.json ? `${jsonText(answer)}\n` : text);
  },
};
