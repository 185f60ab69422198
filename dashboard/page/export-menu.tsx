import { ApiError } from '../api/api.ts';
import { session } from '../api/session.ts';
import { notice } from './banner.tsx';
import type { ExportKind } from './exports.ts';
import { Icon } from './icon.tsx';
import { type Choice, Menu } from './menu.tsx';

/** Downloads the shown data; with the admin token, also the raw hits. */
export function ExportMenu() {
  const choices: Choice<ExportKind>[] = [
    { value: 'series', label: 'Chart as CSV' },
    { value: 'tops', label: 'Tables as CSV' },
  ];
  if (session.value?.admin) {
    choices.push(
      { value: 'csv', label: 'All hits as CSV', parted: true },
      { value: 'ndjson', label: 'All hits as NDJSON' },
      { value: 'parquet', label: 'All hits as Parquet' },
    );
  }
  return (
    <Menu
      name="Export"
      label={<Icon name="download" />}
      choices={choices}
      chosen={undefined}
      onChoose={onExport}
      isQuiet
    />
  );
}

async function onExport(kind: ExportKind): Promise<void> {
  try {
    const { download } = await import('./exports.ts');
    await download(kind);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notice.value = error.message;
  }
}
