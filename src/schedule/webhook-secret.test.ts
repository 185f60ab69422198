import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { loadOrCreateWebhookSecret } from './webhook-secret.ts';

describe('the webhook secret', () => {
  test('is created once, readable only by its owner, in the format that receivers expect', async (t) => {
    const path = join(temporaryFolder(t), 'webhook-secret');
    const secret = await loadOrCreateWebhookSecret(path);
    assert.equal(secret.length, 32);
    assert.equal(readFileSync(path, 'utf8'), `whsec_${Buffer.from(secret).toString('base64')}\n`);
    assert.equal(statSync(path).mode & 0o077, 0);
    assert.deepEqual(await loadOrCreateWebhookSecret(path), secret);
  });

  test('is neither replaced nor shown if it is damaged, since receivers know it', async (t) => {
    const path = join(temporaryFolder(t), 'webhook-secret');
    for (const damaged of ['', 'whsec_', 'whsec_c2hvcnQ=', 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0']) {
      writeFileSync(path, damaged);
      await assert.rejects(loadOrCreateWebhookSecret(path), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'data_dir_unusable');
        assert.match(error.message, /Restore it, or delete it/);
        assert.ok(damaged.length < 10 || !error.message.includes(damaged));
        return true;
      });
      assert.equal(readFileSync(path, 'utf8'), damaged);
    }
  });
});
