import { useState } from 'preact/hooks';
import { forget } from '../api/answers.ts';
import { signIn } from '../api/session.ts';
import { Alert } from './alert.tsx';
import { Logo } from './logo.tsx';

/** Shown if reading requires the token. */
export function SignIn() {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={async (event) => {
          event.preventDefault();
          setBusy(true);
          setFault(await signIn(token.trim()));
          setBusy(false);
          forget();
        }}
      >
        <Logo />
        <h1>Hit Tracker</h1>
        <label>
          Admin token
          <input
            type="password"
            autocomplete="current-password"
            required
            aria-invalid={fault !== undefined}
            aria-describedby="sign-in-help"
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <Alert text={fault} />
        <button type="submit" class="primary" disabled={isBusy || token.trim() === ''}>
          Sign in
        </button>
        <p class="quiet-text" id="sign-in-help">
          The server prints a sign-in link when it starts.
        </p>
      </form>
    </main>
  );
}
