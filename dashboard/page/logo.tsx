/** Bars that rise to a dot, which stands for now. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="2" y="13" width="4" height="9" rx="1.5" />
      <rect x="8.5" y="9" width="4" height="13" rx="1.5" />
      <rect x="15" y="12" width="4" height="10" rx="1.5" />
      <circle cx="18.5" cy="5" r="3.5" />
    </svg>
  );
}
