import { useState } from 'preact/hooks';
import { csvText } from '../text/csv.ts';
import type { Filter } from '../view/filter.ts';
import { Icon } from './icon.tsx';
import { Modal } from './modal.tsx';
import { Ranked, rowsOf, useRanking } from './ranked.tsx';
import type { Ranking } from './rankings.ts';
import { save } from './save.ts';
import { search } from './search.ts';

const MOST = 1000;

interface MoreDialogProps {
  readonly ranking: Ranking;
  readonly more?: readonly Filter[];
  readonly onClose: () => void;
}

/** Up to a thousand rows, with search and download. */
export function MoreDialog({ ranking, more = [], onClose }: MoreDialogProps) {
  const [wanted, setWanted] = useState('');
  const { data } = useRanking(ranking, MOST, more);
  const download = () => {
    const rows = data ? search(rowsOf(ranking, data), ranking, wanted) : [];
    save(
      `${ranking.name.toLowerCase().replaceAll(/\W+/g, '-')}.csv`,
      csvText([
        [ranking.value, 'Visitors', ranking.counts ?? 'Hits'],
        ...rows.map(({ value, visitors, hits }) => [value, visitors, hits]),
      ]),
    );
  };
  const tools = (
    <>
      <input
        type="search"
        aria-label={`Search ${ranking.name.toLowerCase()}`}
        placeholder="Search"
        value={wanted}
        onInput={({ currentTarget }) => setWanted(currentTarget.value)}
      />
      <button type="button" class="quiet" aria-label="Download as CSV" disabled={!data} onClick={download}>
        <Icon name="download" />
      </button>
    </>
  );
  return (
    <Modal title={ranking.name} onClose={onClose} tools={tools} isWide>
      <div class="modal-body">
        <Ranked ranking={ranking} limit={MOST} more={more} wanted={wanted} onPick={onClose} />
      </div>
    </Modal>
  );
}
