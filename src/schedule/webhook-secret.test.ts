import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { keptWebhookSecret } from './webhook-secret.ts';

describe('the secret of webhooks', () => {
  test('is made once, for its owner alone, as receivers want it', async (t) => {
    const path = join(temporaryFolder(t), 'webhook-secret');
    const secret = await keptWebhookSecret(path);
    assert.equal(secret.length, 32);
    assert.equal(readFileSync(path, 'utf8'), `whsec_${Buffer.from(secret).toString('base64')}\n`);
    assert.equal(statSync(path).mode & 0o077, 0);
    assert.deepEqual(await keptWebhookSecret(path), secret);
  });

  test('that is damaged is not replaced, since receivers know it, and is not shown', async (t) => {
    const path = join(temporaryFolder(t), 'webhook-secret');
    for (const damaged of ['', 'whsec_', 'whsec_c2hvcnQ=', 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0']) {
      writeFileSync(path, damaged);
      await assert.rejects(keptWebhookSecret(path), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'data_dir_unusable');
        assert.match(error.message, /Restore it, or delete it/);
        assert.ok(damaged.length < 10 || !error.message.includes(damaged));
        return true;
      });
      assert.equal(readFileSync(path, 'utf8'), damaged);
    }
  });
});
