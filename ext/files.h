/* SPDX-License-Identifier: MIT
** files: the one place where the extension opens a log file, and the policy that decides (D11).
** A file may be read when one holds: its path was written in top-level SQL on this connection (CREATE, or an argument of a function that is
** DIRECTONLY); it lies below a directory granted by channel_allow or JOURNEY_LOG_PATH; it lies below the database's own directory and no
** component below that starts with a dot. Regular files only; never /proc or /sys; never a database of this connection or a file that looks like
** a database. The object is looked at through an O_PATH descriptor before it is opened, and judged by the path it really has. */
#ifndef JOURNEY_FILES_H
#define JOURNEY_FILES_H
#include "core/base.h"
#include "core/bytes.h"
#include "core/portion.h"
#include "sqlite.h"

typedef struct Files Files;

Files *files_open(sqlite3 *db);                                /* NULL = no memory */
void files_close(Files *files);

/* channel_allow: a directory, or 'module:NAME'. Appends to `report` what was granted. */
bool files_allow(Files *files, Env *env, Slice what, Buf *report);
void files_lockdown(Files *files);
bool files_module_allowed(const Files *files, Slice module);

/* A path, glob or list (';') as written in top-level SQL: each part is made absolute against the current directory and granted for this connection,
** unless locked down (then a part stays readable only if the policy allows it anyway). The absolute list, ';' between, into `out`. */
bool files_grant_list(Files *files, Env *env, Slice list, Buf *out);

typedef struct FileName { Slice path; } FileName;
/* Expands a list of absolute paths and globs into file names in BINARY order per part, each file once. A plain name is returned whether
** it exists or not; a glob that matches nothing is ERR_IO, one over directories that may not be read ERR_DENIED. */
bool files_expand(Files *files, Arena *arena, Slice list, FileName **names, size_t *count);
/* Opens one file for reading, frozen at its present size. NULL with the error set: ERR_IO missing, no permission, directory, FIFO …; ERR_DENIED with
** what to call. A file that shrinks while it is read is an error (D12). */
ByteSource *files_read(Files *files, Arena *arena, Slice path);
/* The same open file from `offset` on, by its own place in it, for any one thread: what fails is said in arena's env. `file`, of files_read,
** stays open until this one is closed, and is not changed by it. */
ByteSource *files_view(Arena *arena, const ByteSource *file, int64_t offset);
/* What `file` is now, with the digests of its first `size` bytes' head and tail (portion.h); -1 = of its frozen size. Reads some KiB; the file is
** read on where it was. */
bool files_fingerprint(ByteSource *file, int64_t size, Fingerprint *out);
/* For progress: the size of a file now, 0 where it cannot be told; and where a source of files_read or files_view is read next, which may be asked
** while another thread reads. */
int64_t files_size(Slice path);
int64_t files_position(const ByteSource *source);
/* A path as a person would write it: relative where it lies below the current directory. */
Slice files_relative(Arena *arena, Slice path);
/* The directory of a schema's database file ("" for none), into `out`. */
bool files_schema_directory(Files *files, Env *env, const char *schema, Buf *out);

#endif
