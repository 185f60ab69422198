/** Drawings of 16 by 16, in the colour of the text. */
const PATHS = {
  left: 'M10 3L5 8l5 5',
  right: 'M6 3l5 5-5 5',
  close: 'M4 4l8 8M12 4l-8 8',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.6A6 6 0 016.4 2.5a6 6 0 107.1 7.1z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  gear: 'M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M8 4.5a2 2 0 104 0 2 2 0 10-4 0M4 11.5a2 2 0 104 0 2 2 0 10-4 0',
  help: 'M6 6a2 2 0 113 1.7c-.7.4-1 .8-1 1.6M8 12v.01M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13z',
  download: 'M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  expand: 'M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 13.5h-4v-4M2.5 13.5l5-5',
  compare: 'M2 11l3.5-5 3.5 3 5-6M2 14.5h12',
  exclude: 'M8 2a6 6 0 100 12A6 6 0 008 2zM4 12l8-8',
  plus: 'M8 3v10M3 8h10',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
