const GLOBE = 'M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM1.5 8h13M8 1.5c-5 5-5 8 0 13M8 1.5c5 5 5 8 0 13';

/** The flag of a country, loaded when it comes into view; a globe for an unknown one. Its name is beside it. */
export function Flag({ code }: { readonly code: string }) {
  if (!/^[A-Z]{2}$/.test(code)) {
    return (
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d={GLOBE} />
      </svg>
    );
  }
  return (
    <img
      class="flag"
      src={`/dashboard/assets/flag-${code}.svg`}
      alt=""
      loading="lazy"
      width={20}
      height={14}
    />
  );
}
