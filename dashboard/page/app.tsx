import { session } from '../api/session.ts';
import { isSettings } from './address.ts';
import { Banner } from './banner.tsx';
import { Home } from './home.tsx';
import { lazy } from './lazy.tsx';

const SignIn = lazy(() => import('./sign-in.tsx').then((module) => module.SignIn));
const Settings = lazy(() => import('../settings/settings.tsx').then((module) => module.Settings));

export function App() {
  const may = session.value;
  return (
    <>
      <Banner />
      {may === undefined ? null : isSettings.value && may.admin ? (
        <Settings />
      ) : may.reader && !isSettings.value ? (
        <Home />
      ) : (
        <SignIn />
      )}
    </>
  );
}
