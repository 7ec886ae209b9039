/* SPDX-License-Identifier: MIT
** files: the file policy, globs, and byte sources over files. Nothing else in the extension opens a log. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

typedef struct Grant {
  struct Grant *next;
  enum { GRANT_PATH, GRANT_DIRECTORY, GRANT_MODULE, GRANT_PARKED } kind;
  dev_t device;                 /* GRANT_PARKED: a database of somebody's that we opened and must not close */
  ino_t inode;
  size_t size;
  char text[];                  /* absolute path or glob, real path of a directory, module name */
} Grant;

struct Files {
  sqlite3 *db;
  Grant *grants;
  bool locked;
};

Files *files_open(sqlite3 *db) {
  Files *files = sqlite3_malloc64(sizeof *files);
  if( files ) *files = (Files){.db = db};
  return files;
}

void files_close(Files *files) {
  while( files->grants ) {
    Grant *next = files->grants->next;
    sqlite3_free(files->grants);
    files->grants = next;
  }
  sqlite3_free(files);
}

static Grant *files_add(Files *files, Env *env, int kind, Slice text) {
  for(Grant *g = files->grants; g && kind != GRANT_PARKED; g = g->next)
    if( (int)g->kind == kind && slice_equal((Slice){g->text, g->size}, text) ) return g;
  Grant *grant = sqlite3_malloc64(sizeof *grant + text.size + 1);
  if( !grant ) {
    env_fail(env, ERR_NOMEM, "out of memory");
    return NULL;
  }
  *grant = (Grant){.next = files->grants, .kind = kind, .size = text.size};
  memcpy(grant->text, text.data, text.size);
  grant->text[text.size] = 0;
  files->grants = grant;
  return grant;
}

/* ---- granting -------------------------------------------------------------------------------------------- */

static bool locked_down(Files *files, Env *env) {
  return files->locked && !env_fail(env, ERR_DENIED, "this connection is locked down (channel_lockdown was called): nothing more can be granted");
}

static bool to_c_path(Env *env, Slice path, char out[PATH_MAX]) {
  char shown[100];
  if( path.size == 0 ) return env_fail(env, ERR_INPUT, "the path is empty; write a file, a glob or a directory");
  if( path.size >= PATH_MAX || memchr(path.data, 0, path.size) )
    return env_fail(env, ERR_INPUT, "'%s' is no path: too long, or with a NUL byte", env_quote(path, shown));
  memcpy(out, path.data, path.size);
  out[path.size] = 0;
  return true;
}

static const Slice module_prefix = {"module:", 7};

bool files_allow(Files *files, Env *env, Slice what, Buf *report) {
  char path[PATH_MAX], real[PATH_MAX];
  struct stat status;
  if( !what.data ) return env_fail(env, ERR_INPUT, "argument directory is NULL; write a directory or 'module:NAME'");
  if( locked_down(files, env) ) return false;
  if( slice_equal(slice_part(what, 0, module_prefix.size), module_prefix) ) {
    Slice name = slice_trim(slice_part(what, module_prefix.size, SIZE_MAX));
    if( name.size == 0 ) return env_fail(env, ERR_INPUT, "'module:' names no module; write for example 'module:fts5'");
    return files_add(files, env, GRANT_MODULE, name) && buf_format(report, "tables of module %.*s", (int)name.size, name.data);
  }
  if( !to_c_path(env, what, path) ) return false;
  if( !realpath(path, real) || stat(real, &status) != 0 )
    return env_fail(env, ERR_IO, "cannot allow '%s': %s", path, strerror(errno));
  if( !S_ISDIR(status.st_mode) )
    return env_fail(env, ERR_INPUT, "'%s' is not a directory; files are allowed by writing their path, directories by channel_allow", path);
  return files_add(files, env, GRANT_DIRECTORY, slice_of(real)) && buf_append_text(report, real);
}

void files_lockdown(Files *files) { files->locked = true; }

bool files_module_allowed(const Files *files, Slice module) {
  for(const Grant *g = files->grants; g; g = g->next)
    if( g->kind == GRANT_MODULE && slice_equal_nocase((Slice){g->text, g->size}, module) ) return true;
  return false;
}

/* Without "./" and doubled slashes, so that what was granted and what is opened are the same bytes; ".." is left to the kernel. */
static bool append_absolute(Env *env, Slice part, Buf *out) {
  char path[PATH_MAX], directory[PATH_MAX];
  if( !to_c_path(env, part, path) ) return false;
  if( path[0] != '/' ) {
    if( !getcwd(directory, sizeof directory) ) return env_fail(env, ERR_IO, "cannot read the current directory: %s", strerror(errno));
    if( !buf_append_text(out, directory) ) return false;
  }
  Slice rest = part;
  while( rest.data ) {
    Slice step = slice_cut(&rest, '/');
    if( step.size == 0 || slice_equal(step, SLICE(".")) ) continue;
    if( !buf_append_char(out, '/') || !buf_append_slice(out, step) ) return false;
  }
  return true;
}

bool files_grant_list(Files *files, Env *env, Slice list, Buf *out) {
  while( list.data ) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size == 0 ) continue;
    if( out->size && !buf_append_char(out, ';') ) return false;
    size_t begin = out->size;
    if( !append_absolute(env, part, out) ) return false;
    Slice absolute = {out->data + begin, out->size - begin};
    if( !files->locked && !files_add(files, env, GRANT_PATH, absolute) ) return false;
  }
  if( out->size == 0 ) return env_fail(env, ERR_INPUT, "path names no file; write a file, a glob, or a list separated by ';'");
  return true;
}

/* ---- the policy ---------------------------------------------------------------------------------------------- */

/* Is `path` below `directory`? With `plain`, no component below it may start with a dot. */
static bool path_below(const char *path, const char *directory, bool plain) {
  size_t size = strlen(directory);
  while( size > 1 && directory[size - 1] == '/' ) size--;
  if( strncmp(path, directory, size) != 0 ) return false;
  const char *rest = path + (size == 1 ? 0 : size);
  if( rest[0] != '/' ) return false;
  return !plain || !strstr(rest, "/.");
}

static bool allowed_by_environment(const char *real) {
  const char *list = getenv("JOURNEY_LOG_PATH");
  char directory[PATH_MAX], resolved[PATH_MAX];
  for(Slice rest = slice_of(list); rest.data;) {
    Slice part = slice_cut(&rest, ':');
    if( part.size == 0 || part.size >= PATH_MAX ) continue;
    memcpy(directory, part.data, part.size);
    directory[part.size] = 0;
    if( realpath(directory, resolved) && path_below(real, resolved, false) ) return true;
  }
  return false;
}

typedef bool (*DatabaseVisit)(const char *file, void *context);

/* Calls `visit` for each database file of the connection until it returns true. An error is set when the list cannot be had: whoever asks
** whether a file is a database must not be told that it is none. */
static bool files_each_database(Files *files, Env *env, DatabaseVisit visit, void *context) {
  sqlite3_stmt *list = NULL;
  bool stop = false;
  int rc = sqlite3_prepare_v2(files->db, "PRAGMA database_list", -1, &list, NULL);
  while( !stop && rc == SQLITE_OK && (rc = sqlite3_step(list)) == SQLITE_ROW ) {
    const char *file = (const char *)sqlite3_column_text(list, 2);
    rc = file ? SQLITE_OK : SQLITE_NOMEM;
    if( file && file[0] ) stop = visit(file, context);
  }
  sqlite3_finalize(list);
  if( rc == SQLITE_OK || rc == SQLITE_DONE ) return stop;
  ErrCode code = rc == SQLITE_INTERRUPT ? ERR_INTERRUPT : rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_IO;
  return env_fail(env, code, "cannot list the databases of this connection: %s", sqlite3_errstr(rc));
}

static bool parent_directory(const char *file, char out[PATH_MAX]) {
  char path[PATH_MAX];
  size_t size = strlen(file);
  if( size >= sizeof path ) return false;
  memcpy(path, file, size + 1);
  char *slash = strrchr(path, '/');
  if( !slash ) return false;
  slash[slash == path] = 0;
  return realpath(path, out) != NULL;
}

static bool below_database(const char *file, void *real) {
  char directory[PATH_MAX];
  return parent_directory(file, directory) && path_below(real, directory, true);
}

static bool files_allowed(Files *files, Env *env, const char *written, char *real) {
  for(const Grant *g = files->grants; g; g = g->next) {
    if( g->kind == GRANT_PATH && (strcmp(g->text, written) == 0 || fnmatch(g->text, written, FNM_PATHNAME | FNM_PERIOD) == 0) ) return true;
    if( g->kind == GRANT_DIRECTORY && path_below(real, g->text, false) ) return true;
  }
  return allowed_by_environment(real) || files_each_database(files, env, below_database, real);
}

static bool same_as_database(const char *file, void *context) {
  static const char *const suffixes[] = {"", "-wal", "-journal", "-shm"};
  const struct stat *wanted = context;
  char path[PATH_MAX];
  struct stat status;
  for(size_t i = 0; i < COUNT_OF(suffixes); i++) {
    if( snprintf(path, sizeof path, "%s%s", file, suffixes[i]) >= (int)sizeof path ) continue;
    if( stat(path, &status) == 0 && status.st_dev == wanted->st_dev && status.st_ino == wanted->st_ino ) return true;
  }
  return false;
}

static bool is_parked(const Files *files, const struct stat *status) {
  for(const Grant *g = files->grants; g; g = g->next)
    if( g->kind == GRANT_PARKED && g->device == status->st_dev && g->inode == status->st_ino ) return true;
  return false;
}

static bool judge_kind(Env *env, const char *path, const struct stat *status) {
  if( S_ISREG(status->st_mode) ) return true;
  const char *kind = S_ISDIR(status->st_mode)    ? "a directory; write a glob such as '…/*.csv'"
                     : S_ISFIFO(status->st_mode) ? "a FIFO; only regular files are read"
                     : S_ISSOCK(status->st_mode) ? "a socket; only regular files are read"
                                                 : "a device; only regular files are read";
  return env_fail(env, ERR_IO, "'%s' is %s", path, kind);
}

static bool files_deny(const Files *files, Env *env, const char *path, const char *real) {
  if( files->locked )
    return env_fail(env, ERR_DENIED, "reading '%s' is not allowed on this connection, and channel_lockdown() was called: nothing more can be granted", path);
  const char *slash = strrchr(real, '/');
  char *directory = sqlite3_mprintf("%.*q", slash > real ? (int)(slash - real) : 1, real);
  if( !directory ) return env_fail(env, ERR_NOMEM, "out of memory");
  env_fail(env, ERR_DENIED, "reading '%s' is not allowed on this connection; if you trust it call SELECT channel_allow('%s'), or set JOURNEY_LOG_PATH",
           path, directory);
  sqlite3_free(directory);
  return false;
}

/* Looks at the object behind the O_PATH descriptor `at`: kind, file system, databases, policy. */
static bool files_judge(Files *files, Env *env, const char *path, int at, struct stat *status) {
  enum { PROC_MAGIC = 0x9fa0, SYSFS_MAGIC_NUMBER = 0x62656572 };
  char link[64], real[PATH_MAX];
  struct statfs fs;
  if( fstat(at, status) != 0 ) return env_fail(env, ERR_IO, "cannot look at '%s': %s", path, strerror(errno));
  if( !judge_kind(env, path, status) ) return false;
  snprintf(link, sizeof link, "/proc/self/fd/%d", at);
  ssize_t size = readlink(link, real, sizeof real - 1);
  if( size <= 0 || fstatfs(at, &fs) != 0 ) return env_fail(env, ERR_IO, "cannot look at '%s': %s", path, strerror(errno));
  real[size] = 0;
  if( fs.f_type == PROC_MAGIC || fs.f_type == SYSFS_MAGIC_NUMBER )
    return env_fail(env, ERR_DENIED, "'%s' lies in /proc or /sys, which is never read", path);
  if( is_parked(files, status) || files_each_database(files, env, same_as_database, status) )
    return env_fail(env, ERR_DENIED, "'%s' is a SQLite database or its journal, which is never read as a log", path);
  if( env_failed(env) ) return false;
  return files_allowed(files, env, path, real) || files_deny(files, env, path, real);
}

/* ---- a file as a byte source ------------------------------------------------------------------------------------ */

typedef struct FileSource {
  ByteSource base;
  int fd;
  int64_t at;                   /* what is read next */
  const char *path;
} FileSource;

static bool file_unchanged(FileSource *file) {
  struct stat status;
  Env *env = file->base.env;
  if( fstat(file->fd, &status) != 0 ) return env_fail(env, ERR_IO, "cannot look at '%s': %s", file->path, strerror(errno));
  if( (int64_t)status.st_size >= file->base.bytes_on_disk ) return true;
  return env_fail(env, ERR_IO, "'%s' shrank from %lld to %lld bytes while it was read; run the query again", file->path,
                  (long long)file->base.bytes_on_disk, (long long)status.st_size);
}

static int64_t file_read(ByteSource *source, void *buffer, size_t size) {
  FileSource *file = (FileSource *)source;
  int64_t left = source->bytes_on_disk - file->at;
  if( (int64_t)size > left ) size = (size_t)left;
  if( size == 0 ) return file_unchanged(file) ? 0 : -1;
  ssize_t got;
  do got = pread(file->fd, buffer, size, file->at);
  while( got < 0 && errno == EINTR );
  if( got < 0 ) {
    env_fail(source->env, ERR_IO, "cannot read '%s': %s", file->path, strerror(errno));
    return -1;
  }
  if( got == 0 ) {
    if( file_unchanged(file) ) env_fail(source->env, ERR_IO, "'%s' ended %lld bytes early while it was read", file->path, (long long)left);
    return -1;
  }
  __atomic_store_n(&file->at, file->at + got, __ATOMIC_RELAXED);          /* files_position may ask */
  return got;
}

static void file_close(ByteSource *source) {
  FileSource *file = (FileSource *)source;
  if( file->fd >= 0 ) close(file->fd);
  file->fd = -1;
}

/* A database of another connection: closing our descriptor would drop that connection's POSIX locks, so it is parked open, once per file. */
static bool refuse_database(Files *files, Env *env, int *fd, const char *path, const struct stat *status) {
  static const char magic[16] = "SQLite format 3";
  char head[sizeof magic];
  if( pread(*fd, head, sizeof head, 0) != (ssize_t)sizeof head || memcmp(head, magic, sizeof magic) != 0 ) return true;
  Grant *parked = files_add(files, env, GRANT_PARKED, SLICE(""));
  if( parked ) {
    parked->device = status->st_dev;
    parked->inode = status->st_ino;
  }
  *fd = -1;
  return env_fail(env, ERR_DENIED, "'%s' is a SQLite database, which is never read as a log", path);
}

static int files_open_judged(Files *files, Env *env, const char *path, struct stat *status) {
  int at = open(path, O_PATH | O_CLOEXEC), fd = -1;
  char link[64];
  if( at < 0 ) {
    env_fail(env, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    return -1;
  }
  if( files_judge(files, env, path, at, status) ) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if( fd < 0 ) env_fail(env, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    else if( !refuse_database(files, env, &fd, path, status) && fd >= 0 ) close(fd), fd = -1;
  }
  close(at);
  return fd;
}

int64_t files_size(Slice path) {
  Env env = {.code = ERR_NONE};
  char text[PATH_MAX];
  struct stat status;
  return to_c_path(&env, path, text) && stat(text, &status) == 0 ? status.st_size : 0;
}

int64_t files_position(const ByteSource *source) { return __atomic_load_n(&((const FileSource *)source)->at, __ATOMIC_RELAXED); }

ByteSource *files_read(Files *files, Arena *arena, Slice path) {
  Env *env = arena->env;
  char text[PATH_MAX];
  struct stat status;
  if( env_failed(env) || !to_c_path(env, path, text) ) return NULL;
  FileSource *file = arena_alloc(arena, sizeof *file);
  if( !file ) return NULL;
  int fd = files_open_judged(files, env, text, &status);
  if( fd < 0 ) return NULL;
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  *file = (FileSource){.base = {.read = file_read, .close = file_close, .env = env, .bytes_on_disk = status.st_size},
                       .fd = fd, .path = arena_copy(arena, path).data};
  if( file->path ) return &file->base;
  close(fd);
  return NULL;
}

static void view_close(ByteSource *source) { (void)source; }

ByteSource *files_view(Arena *arena, const ByteSource *file, int64_t offset) {
  FileSource *from = arena_alloc(arena, sizeof *from);
  if( !from ) return NULL;
  *from = *(const FileSource *)file;
  from->base.close = view_close;
  from->base.env = arena->env;
  from->at = offset < file->bytes_on_disk ? offset : file->bytes_on_disk;
  return &from->base;
}

static bool file_digest(FileSource *file, int64_t offset, size_t size, uint64_t *digest) {
  char bytes[FINGERPRINT_BYTES];
  size_t got = 0;
  while( got < size ) {
    ssize_t more = pread(file->fd, bytes + got, size - got, offset + (int64_t)got);
    if( more < 0 && errno == EINTR ) continue;
    if( more < 0 ) return env_fail(file->base.env, ERR_IO, "cannot read '%s': %s", file->path, strerror(errno));
    if( more == 0 ) break;                                  /* shrunk: the digest is another one */
    got += (size_t)more;
  }
  *digest = slice_digest((Slice){bytes, got});
  return true;
}

static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

/* A file system keeps times in ticks: whole seconds where it has no fractions, else the kernel's, some milliseconds. */
static bool is_young(const struct stat *status) {
  enum { TICK_MS = 50, COARSE_TICK_MS = 2100 };
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  bool coarse = status->st_mtim.tv_nsec == 0 && status->st_ctim.tv_nsec == 0;
  int64_t age = nanoseconds(now) - nanoseconds(status->st_ctim);
  return age < (int64_t)(coarse ? COARSE_TICK_MS : TICK_MS) * 1000000;
}

bool files_fingerprint(ByteSource *source, int64_t size, Fingerprint *out) {
  FileSource *file = (FileSource *)source;
  struct stat status;
  if( fstat(file->fd, &status) != 0 ) return env_fail(source->env, ERR_IO, "cannot look at '%s': %s", file->path, strerror(errno));
  if( size < 0 || size > source->bytes_on_disk ) size = source->bytes_on_disk;
  size_t part = size < FINGERPRINT_BYTES ? (size_t)size : FINGERPRINT_BYTES;
  *out = (Fingerprint){.size = source->bytes_on_disk, .modified = nanoseconds(status.st_mtim), .changed = nanoseconds(status.st_ctim),
                       .inode = status.st_ino, .is_young = is_young(&status)};
  return file_digest(file, 0, part, &out->head) && file_digest(file, size - (int64_t)part, part, &out->tail);
}

/* ---- names --------------------------------------------------------------------------------------------------------- */

typedef struct NameList {
  Arena *arena;
  FileName *names;
  size_t count, capacity;
} NameList;

/* Adds `path` unless it is among the first `known` names. */
static bool names_add(NameList *list, const char *path, size_t known) {
  for(size_t i = 0; i < known; i++)
    if( slice_equal(list->names[i].path, slice_of(path)) ) return true;
  if( list->count == list->capacity ) {
    size_t capacity = list->capacity ? list->capacity * 2 : 16;
    FileName *grown = arena_alloc(list->arena, capacity * sizeof *grown);
    if( !grown ) return false;
    if( list->count ) memcpy(grown, list->names, list->count * sizeof *grown);
    list->names = grown;
    list->capacity = capacity;
  }
  Slice copy = arena_copy(list->arena, slice_of(path));
  list->names[list->count].path = copy;
  list->count += copy.data != NULL;
  return copy.data != NULL;
}

/* A glob is walked only where its files could be read, so that a hostile database cannot have the file system searched. */
static bool glob_allowed(Files *files, Env *env, const char *pattern) {
  char directory[PATH_MAX], real[PATH_MAX];
  for(const Grant *g = files->grants; g; g = g->next)
    if( g->kind == GRANT_PATH && strcmp(g->text, pattern) == 0 ) return true;
  size_t size = strcspn(pattern, "*?[");
  bool climbs = strstr(pattern + size, "/../") != NULL;
  while( size > 1 && pattern[size - 1] != '/' ) size--;
  memcpy(directory, pattern, size);
  directory[size] = 0;
  if( !realpath(directory, real) || strlen(real) + sizeof "/*" > sizeof real )
    return env_fail(env, ERR_IO, "cannot read the directory of '%s': %s", pattern, strerror(errno));
  strcat(real, "/*");
  return (!climbs && files_allowed(files, env, "", real)) || files_deny(files, env, pattern, real);
}

static int compare_paths(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool names_glob(NameList *list, const char *pattern) {
  Env *env = list->arena->env;
  glob_t found;
  int rc = glob(pattern, GLOB_NOSORT | GLOB_ERR, NULL, &found), why = errno;
  if( rc == GLOB_NOMATCH ) return env_fail(env, ERR_IO, "no file matches '%s'", pattern);
  if( rc != 0 ) return env_fail(env, rc == GLOB_NOSPACE ? ERR_NOMEM : ERR_IO, "cannot read the directory of '%s': %s", pattern, strerror(why));
  qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_paths);
  size_t before = list->count, matched = 0;
  for(size_t i = 0; i < found.gl_pathc && env_tick(env); i++) {
    struct stat status;
    bool is_directory = stat(found.gl_pathv[i], &status) == 0 && S_ISDIR(status.st_mode);
    matched += !is_directory;
    if( !is_directory ) names_add(list, found.gl_pathv[i], before);
  }
  globfree(&found);
  if( matched == 0 ) env_fail(env, ERR_IO, "no file matches '%s'", pattern);
  return !env_failed(env);
}

bool files_expand(Files *files, Arena *arena, Slice list, FileName **names, size_t *count) {
  NameList out = {.arena = arena};
  char path[PATH_MAX];
  while( list.data && env_tick(arena->env) ) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size == 0 || !to_c_path(arena->env, part, path) ) continue;
    if( !strpbrk(path, "*?[") || access(path, F_OK) == 0 ) names_add(&out, path, out.count);
    else if( glob_allowed(files, arena->env, path) ) names_glob(&out, path);
  }
  *names = out.names;
  *count = out.count;
  return !env_failed(arena->env);
}

bool files_schema_directory(Files *files, Env *env, const char *schema, Buf *out) {
  char directory[PATH_MAX];
  const char *file = sqlite3_db_filename(files->db, schema);
  buf_clear(out);
  if( !file || !file[0] || !parent_directory(file, directory) ) return true;
  return buf_append_text(out, directory) && !env_failed(env);
}

Slice files_relative(Arena *arena, Slice path) {
  char directory[PATH_MAX];
  if( !getcwd(directory, sizeof directory) ) return path;
  size_t size = strlen(directory);
  bool below = path.size > size + 1 && memcmp(path.data, directory, size) == 0 && path.data[size] == '/';
  return below ? arena_copy(arena, slice_part(path, size + 1, SIZE_MAX)) : path;
}
