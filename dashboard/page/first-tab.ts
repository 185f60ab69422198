import { useEffect, useState } from 'preact/hooks';
import { view } from './address.ts';

interface FirstTab {
  readonly tab: number;
  readonly choose: (tab: number) => void;
  /** Called when the shown tab has no rows: the next one is shown, unless the user has chosen. */
  readonly onEmpty: () => void;
}

/**
 * The tab of a card: the first one that has rows, until the user chooses one. Without any rows, it is the first tab.
 *
 * @param count of tabs
 */
export function useFirstTab(count: number): FirstTab {
  const { site, period, filters } = view.value;
  const [chosen, setChosen] = useState<number>();
  const [first, setFirst] = useState(0);
  // Another site, period or filter has other rows; another metric of the chart has not.
  useEffect(() => setFirst(0), [site, period, filters]);
  // Beyond the last one, none has rows.
  const tab = chosen ?? (first < count ? first : 0);
  return {
    tab,
    choose: setChosen,
    onEmpty: () => {
      if (chosen === undefined && first < count) setFirst(first + 1);
    },
  };
}
