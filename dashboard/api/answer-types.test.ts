import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Token } from '../../src/folder/tokens.ts';
import type { AlertsAnswer } from '../../src/http/api/alerts.ts';
import type { DropsAnswer } from '../../src/http/api/drops.ts';
import type { SessionAnswer } from '../../src/http/api/session.ts';
import type { SettingsAnswer } from '../../src/http/api/settings.ts';
import type { SitesAnswer } from '../../src/http/api/sites.ts';
import type { LiveAnswer } from '../../src/http/live-answer.ts';
import type * as server from '../../src/query/answers.ts';
import type { QueryAnswer } from '../../src/query/query-schemas.ts';
import type * as store from '../../src/store/storage.ts';
import type * as settings from '../settings/settings-types.ts';
import type * as page from './answer-types.ts';

/** Whether an answer of the server may be read as the page reads it. */
type Fits<Answer, Read> = Answer extends Read ? true : false;

test('what the server answers has the types that the page reads: the compiler checks it', () => {
  const fits: readonly true[] = [
    true satisfies Fits<server.Stats, page.Stats>,
    true satisfies Fits<server.Top, page.Top>,
    true satisfies Fits<QueryAnswer, page.QueryAnswer>,
    true satisfies Fits<SitesAnswer['sites'][number], page.Site>,
    true satisfies Fits<LiveAnswer, page.Live>,
    true satisfies Fits<DropsAnswer, page.Drops>,
    true satisfies Fits<SessionAnswer, page.Session>,
    true satisfies Fits<AlertsAnswer, page.AlertsAnswer>,
    true satisfies Fits<SettingsAnswer, settings.ServerSettings>,
    true satisfies Fits<store.Storage, settings.Storage>,
    true satisfies Fits<Token, settings.Token>,
    true satisfies Fits<settings.Token, Token>,
  ];
  assert.equal(fits.length, 12);
});
