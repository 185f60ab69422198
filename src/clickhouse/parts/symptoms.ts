/** Maximum characters of the engine's message. */
const LONGEST_REASON = 200;

/** The engine's names for errors that a broken part causes. */
const SYMPTOMS: ReadonlySet<string> = new Set([
  'ATTEMPT_TO_READ_AFTER_EOF',
  'BAD_DATA_PART_NAME',
  'BAD_SIZE_OF_FILE_IN_DATA_PART',
  'CANNOT_DECOMPRESS',
  'CANNOT_OPEN_FILE',
  'CANNOT_READ_ALL_DATA',
  'CANNOT_READ_FROM_FILE_DESCRIPTOR',
  'CHECKSUM_DOESNT_MATCH',
  'CORRUPTED_DATA',
  'EXPECTED_END_OF_FILE',
  'FILE_DOESNT_EXIST',
  'INCORRECT_DATA',
  'NO_FILE_IN_DATA_PART',
  'SIZES_OF_MARKS_FILES_ARE_INCONSISTENT',
  'TOO_LARGE_SIZE_COMPRESSED',
  'UNEXPECTED_FILE_IN_DATA_PART',
  'UNKNOWN_CODEC',
]);

/** Whether an error is one that a broken part causes. */
export function isSymptom(error: unknown): boolean {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { type } = each as { readonly type?: unknown };
    if (typeof type === 'string' && SYMPTOMS.has(type)) return true;
  }
  return false;
}

/** The engine's message, without its version and the consequences. */
export function shortReason(message: string): string {
  return (
    message
      .replace(/^Code: \d+\. DB::Exception: /, '')
      .split(/\. (?:The mismatch|This is|Reference)|\s*\(version /)[0]!
      .slice(0, LONGEST_REASON) || 'it cannot be read'
  );
}
