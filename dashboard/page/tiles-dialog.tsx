import { METRICS } from '../view/view.ts';
import { METRIC_WORDS } from './metrics.ts';
import { Modal } from './modal.tsx';
import { tiles } from './preferences.ts';

/** Selects the metrics that have tiles. The browser remembers them. */
export function TilesDialog({ onClose }: { readonly onClose: () => void }) {
  const chosen = tiles.value;
  return (
    <Modal title="Metrics" onClose={onClose}>
      <div class="modal-body checks">
        {METRICS.map((metric) => (
          <label key={metric}>
            <input
              type="checkbox"
              checked={chosen.includes(metric)}
              // One is always left.
              disabled={chosen.length === 1 && chosen.includes(metric)}
              onChange={({ currentTarget: { checked } }) => {
                tiles.value = METRICS.filter((each) => (each === metric ? checked : chosen.includes(each)));
              }}
            />
            {METRIC_WORDS[metric].name}
          </label>
        ))}
      </div>
    </Modal>
  );
}
