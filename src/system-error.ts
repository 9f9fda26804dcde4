/** What the system's codes mean, for those that a user can do something about. */
const meanings: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EAGAIN", "the system has no room for another process or thread"],
  ["EBUSY", "is in use"],
  ["EEXIST", "is there already"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than is allowed"],
  ["EIO", "the device failed"],
  ["EISDIR", "is a folder"],
  ["ELOOP", "links lead in a circle"],
  ["EMFILE", "too many files are open; ulimit -n raises how many may be"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ENFILE", "too many files are open on this system"],
  ["ENODEV", "there is no such device"],
  ["ENOENT", "no such file or folder"],
  ["ENOMEM", "memory ran out"],
  ["ENOSPC", "no space is left on the disk"],
  ["ENOTDIR", "a part of the path is not a folder"],
  ["ENXIO", "is a socket, or a device that is not there"],
  ["EPERM", "not permitted"],
  ["EROFS", "the disk is read-only"],
]);

/** "permission denied (EACCES)"; the code alone where it says nothing to a user. */
export function meaningOf(code: string): string {
  const meaning = meanings.get(code);
  return meaning === undefined ? code : `${meaning} (${code})`;
}

/** How V8 and Node say that memory ran out, or that nothing can be as large as what was asked for. */
const outOfMemory = [
  /^Array buffer allocation failed/,
  /^Invalid typed array length: \d+$/,
  /^Invalid (string length|array buffer length)$/,
  /^(Map|Set) maximum size exceeded/,
  /^Cannot create a string longer than/,
  /^WebAssembly\.(Memory|Instance|instantiate).*(allocate|grow|memory)/i,
  /(heap )?out of memory/i,
];
const memoryCodes = ["ERR_WORKER_OUT_OF_MEMORY", "ERR_MEMORY_ALLOCATION_FAILED", "ERR_STRING_TOO_LONG"];

/**
 * What the computer that runs the program lacks, on one line: memory, room on the disk, open files, a permission.
 * Undefined for an error that is not the computer's.
 */
export function computersError(error: unknown): string | undefined {
  const { code = "", syscall, path, message = "" } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (memoryCodes.includes(code) || outOfMemory.some((form) => form.test(message)))
    return `memory ran out (${message}); fewer --threads, fewer layers and a smaller batch take less`;
  if (code === "ERR_WORKER_INIT_FAILED")
    return `a thread cannot be started (${message}); fewer --threads may help`;
  if (!syscall && !meanings.has(code)) return undefined;
  const doing = syscall ? `${syscall}: ` : "";
  return `${path ? `${path}: ` : ""}${meanings.has(code) ? `${doing}${meaningOf(code)}` : message}`;
}
