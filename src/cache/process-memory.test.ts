import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { liveMemory, processMemory, saveMemory } from './process-memory.ts';

/** MiB that the heap of a process has at most while it makes garbage, and keeps little. */
function heapOf(before: string): number {
  const program = `
    import { getHeapStatistics } from 'node:v8';
    import { keepYoungGenerationSmall, saveMemory } from '${import.meta.resolve('./process-memory.ts')}';
    ${before}
    const kept = [];
    let most = 0;
    for (let i = 0; i < 3_000_000; i++) {
      kept[i % 100_000] = { number: i, text: 'text ' + i };
      if (i % 10_000 === 0) most = Math.max(most, getHeapStatistics().total_heap_size);
    }
    console.log(most / 2 ** 20);`;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }),
  );
}

test('a process with little memory has at most two thirds of the heap', () => {
  const [usual, careful] = [2 ** 30, 384 * 2 ** 20].map((available) =>
    heapOf(`saveMemory({}, ${available});`),
  );
  assert.ok(careful! < (usual! * 2) / 3, `${careful} of ${usual} MiB`);
});

test('a young generation that was kept small grows again, unless there is little memory', () => {
  const [again, still] = [2 ** 30, 2 ** 29].map((available) =>
    heapOf(`keepYoungGenerationSmall(${available})();`),
  );
  assert.ok(still! < (again! * 3) / 4, `${still} of ${again} MiB`);
});

test('the allocator of the engine returns memory at once if there is little, and the user has not said otherwise', () => {
  const settingOf = (available: number, environment: NodeJS.ProcessEnv = {}) => {
    saveMemory(environment, available);
    return environment.JE_MALLOC_CONF;
  };
  assert.equal(settingOf(2 ** 30), undefined);
  assert.equal(settingOf(2 ** 29), 'dirty_decay_ms:0');
  assert.equal(settingOf(2 ** 29, { JE_MALLOC_CONF: 'narenas:1' }), 'narenas:1');
});

test('a process has at most the memory of the machine, and an eighth of it for live windows, up to 256 MiB', () => {
  assert.ok(processMemory() > 0 && processMemory() <= totalmem());
  assert.deepEqual([liveMemory(2 ** 29), liveMemory(2 ** 40)], [2 ** 26, 2 ** 28]);
});
