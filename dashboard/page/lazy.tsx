import type { FunctionComponent, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { notice } from './banner.tsx';

/**
 * A component whose code is loaded when it is first shown, so the page does not wait for it.
 *
 * @param instead what is shown until then
 */
export function lazy<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  instead: VNode | null = null,
): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props: Props) {
    const [, redraw] = useState(false);
    useEffect(() => {
      if (loaded) return;
      void load().then(
        (component) => {
          loaded = component;
          redraw(true);
        },
        // The server is down, or has been upgraded and has other files.
        () => {
          notice.value = 'This part of the page could not be loaded. Reload the page.';
        },
      );
    }, []);
    const Component = loaded;
    return Component ? <Component {...props} /> : instead;
  };
}
