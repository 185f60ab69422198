import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { IconButton } from './icon-button.tsx';

interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Beside the title. */
  readonly tools?: ComponentChildren;
  readonly isWide?: boolean;
}

/** A modal dialog. Escape, its button and a click outside close it; the browser keeps the focus inside. */
export function Modal({ title, onClose, children, tools, isWide }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const ending = useRef(onClose);
  ending.current = onClose;
  useEffect(() => {
    const shown = dialog.current!;
    const end = () => ending.current();
    shown.showModal();
    // The browser focuses the first button, which closes it.
    shown.querySelector<HTMLElement>('input, select')?.focus();
    const outside = (event: Event) => {
      if (event.target === shown) end();
    };
    shown.addEventListener('pointerdown', outside);
    shown.addEventListener('close', end);
    return () => {
      shown.removeEventListener('pointerdown', outside);
      shown.removeEventListener('close', end);
      shown.close();
    };
  }, []);
  return (
    <dialog ref={dialog} class={isWide ? 'modal wide' : 'modal'} aria-labelledby={id}>
      <div class="modal-inside">
        <div class="modal-head">
          <h2 id={id}>{title}</h2>
          {tools}
          <IconButton icon="close" label="Close" onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
