import { SHORTCUTS } from '../view/shortcut.ts';
import { Modal } from './modal.tsx';

/** The page's keyboard shortcuts. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose}>
      <div class="modal-body">
        <dl class="keys-list">
          {SHORTCUTS.map(({ key, name }) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{name}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>Shift</kbd>
            </dt>
            <dd>+ click on a row: exclude it</dd>
          </div>
        </dl>
      </div>
    </Modal>
  );
}
