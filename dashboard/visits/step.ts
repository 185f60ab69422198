/** Steps of funnels, and goals: in words, and as fields of a form. Pure. */
import type { Action } from '../../src/query/engine/query.ts';
import { readable, storedForm } from '../text/readable.ts';

/** A goal by its name, an action, or any of several. */
export type Step = string | Action | { readonly any: readonly (string | Action)[] };

export const STEP_KINDS = ['page', 'event', 'goal', 'outbound', 'download', 'not_found'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** A step as the form has it. */
export interface StepField {
  readonly kind: StepKind;
  readonly text: string;
}

const KIND_NAMES: Readonly<Record<Action['kind'], string>> = {
  page: 'Page',
  event: 'Event',
  scroll: 'Scroll',
  outbound: 'Link to',
  download: 'Download',
  not_found: 'Not found',
};

/** Such as `Page /cart` or `signup or Page /thanks`. */
export function stepName(step: Step): string {
  if (typeof step === 'string') return step;
  if ('any' in step) return step.any.map(stepName).join(' or ');
  return `${KIND_NAMES[step.kind]} ${textOf(step)}`.trim();
}

/** What an action is about. */
function textOf(action: Action): string {
  switch (action.kind) {
    case 'event': {
      const props = Object.entries(action.props ?? {}).map(
        ([key, values]) => `${key} is ${values.join(' or ')}`,
      );
      return [action.event, ...props].join(', ');
    }
    case 'scroll':
      return `${readable(action.page)} to ${action.depth}%`;
    case 'outbound':
    case 'download':
      return readable(action.url ?? '');
    default:
      return readable(action.page ?? '');
  }
}

/** @returns undefined for an empty field; outbound links, downloads and missing pages may be any */
export function stepOf({ kind, text }: StepField): Step | undefined {
  const written = text.trim();
  if (kind === 'outbound' || kind === 'download')
    return { kind, ...(written !== '' && { url: storedForm(written) }) };
  if (kind === 'not_found') return { kind, ...(written !== '' && { page: storedForm(written) }) };
  if (written === '') return undefined;
  if (kind === 'goal') return written;
  return kind === 'page' ? { kind, page: storedForm(written) } : { kind, event: written };
}

/** @returns undefined if the form cannot show the step */
export function fieldOf(step: Step): StepField | undefined {
  if (typeof step === 'string') return { kind: 'goal', text: step };
  if ('any' in step || step.kind === 'scroll') return undefined;
  if (step.kind === 'event' && step.props) return undefined;
  return { kind: step.kind, text: textOf(step) };
}
