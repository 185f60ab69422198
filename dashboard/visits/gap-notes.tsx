/** Why numbers are unknown. */
export function GapNotes({
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
