import type { FunctionComponent, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

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
      void load().then((component) => {
        loaded = component;
        redraw(true);
      });
    }, []);
    const Component = loaded;
    return Component ? <Component {...props} /> : instead;
  };
}
