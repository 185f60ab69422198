import { sinkContract } from '../../test/contracts/sink.ts';
import { storePlace, throughFanOut } from '../../test/fixtures/sink-places.ts';

sinkContract('the embedded store', (folder) => storePlace('embedded', folder));
sinkContract('the embedded store behind a fan-out', async (folder) =>
  throughFanOut(await storePlace('embedded', folder)),
);
