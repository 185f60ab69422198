/** Why something that the user tried failed; screen readers announce it. */
export function Alert({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p class="wrong" role="alert">
      {text}
    </p>
  );
}
