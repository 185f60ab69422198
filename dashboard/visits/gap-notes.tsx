/** Why numbers are unknown. */
export function Notes({
  notes = [],
}: {
  readonly notes?: readonly { readonly detail: string }[] | undefined;
}) {
  return (
    <>
      {notes.map(({ detail }) => (
        <p key={detail} class="quiet-text note">
          {detail}
        </p>
      ))}
    </>
  );
}
