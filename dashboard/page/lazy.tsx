import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component whose code comes when it is first shown. */
export function lazy(load: () => Promise<FunctionComponent>): FunctionComponent {
  return function Lazy() {
    const [loaded, setLoaded] = useState<FunctionComponent>();
    useEffect(() => {
      void load().then((component) => setLoaded(() => component));
    }, []);
    const Component = loaded;
    return Component ? <Component /> : null;
  };
}
