import { sinkContract } from '../../test/contracts/sink.ts';
import { onlyWithMoreRounds } from '../../test/fixtures/rounds.ts';
import { storePlace, throughFanOut } from '../../test/fixtures/sink-places.ts';

sinkContract('the embedded store', (folder) => storePlace('embedded', folder));
sinkContract(
  'the embedded store behind a fan-out',
  async (folder) => throughFanOut(await storePlace('embedded', folder)),
  { skip: onlyWithMoreRounds() },
);
