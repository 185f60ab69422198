import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { visitsQuery } from '../api/queries.ts';
import { show, view } from '../page/address.ts';
import { Answered } from '../page/answered.tsx';
import { now } from '../page/clock.ts';
import { format } from '../page/preferences.ts';
import { readable, storedForm } from '../text/readable.ts';
import { GapNotes } from './gap-notes.tsx';
import { pathsInOrder } from './journey-paths.ts';
import { StepFields } from './step-fields.tsx';
import type { JourneysAnswer, Path } from './visit-answers.ts';

const STEPS = 2;
const LIMIT = 5;

/** The pages that people view before and after a page. */
export function Journeys() {
  const page = view.value.details.page ?? '/';
  const [text, setText] = useState(readable(page));
  const answer = useAnswer<JourneysAnswer>(
    visitsQuery('journeys', view.value, now.value, { page, steps: STEPS, limit: LIMIT }),
  );
  const { data, isLoading } = answer;
  const open = (next: string) => {
    setText(readable(next));
    show({ details: { page: next } });
  };
  return (
    <>
      <form
        class="card journey-form"
        aria-label="Page"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') open(storedForm(text.trim()));
        }}
      >
        <StepFields
          name="Journeys of"
          field={{ kind: 'page', text }}
          kinds={['page']}
          onChange={(field) => setText(field.text)}
        />
        <button type="submit" class="primary" disabled={text.trim() === ''}>
          Show
        </button>
        {data && !isLoading && data.visits !== null && (
          <p class="quiet-text">{format.count(data.visits, 'visit')} with this page</p>
        )}
      </form>
      <Answered answer={answer}>
        {({ before, after, visits }) => (
          <div class={isLoading ? 'cards stale' : 'cards'} aria-busy={isLoading}>
            <Paths title="Before" end="Start of visit" paths={before ?? []} whole={visits} onOpen={open} />
            <Paths title="After" end="End of visit" paths={after ?? []} whole={visits} onOpen={open} />
          </div>
        )}
      </Answered>
      <GapNotes notes={data?.meta.notes} />
    </>
  );
}

interface PathsProps {
  readonly title: string;
  /** What a missing page means. */
  readonly end: string;
  readonly paths: readonly Path[];
  readonly whole: number | null;
  readonly onOpen: (page: string) => void;
}

/** Paths as an indented list: under each page those that continue it. A click shows the journeys of that page. */
function Paths({ title, end, paths, whole, onOpen }: PathsProps) {
  const ordered = pathsInOrder(paths);
  return (
    <section class="card paths" aria-label={title}>
      <h2>{title}</h2>
      {ordered.length === 0 && <p class="nothing">No visits in this period.</p>}
      <ol>
        {ordered.map(({ pages, visits }) => {
          const last = pages.at(-1) ?? null;
          const share = whole ? visits / whole : 0;
          return (
            <li key={JSON.stringify(pages)} class={`depth-${pages.length}`}>
              <span class="row" style={{ '--length': share }}>
                <span class="bar" />
                {last === null ? (
                  <span class="value quiet-text">{end}</span>
                ) : (
                  <button type="button" class="plain value" onClick={() => onOpen(last)}>
                    <bdi>{readable(last)}</bdi>
                  </button>
                )}
              </span>
              <span class="number">
                {format.short(visits)}
                <span class="hidden"> visits</span>
              </span>
              <span class="number quiet-number">{format.percent(share)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
