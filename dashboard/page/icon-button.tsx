import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  readonly icon: IconName;
  /** Accessible name. */
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly title?: string;
}

/** A button without a text. */
export function IconButton({ icon, label, ...rest }: ButtonProps) {
  return (
    <button type="button" class="quiet" aria-label={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
