/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each call that a disk or memory can fail fails once, or from then on: what is in the
 * database stays there, and nothing is said to be recorded that is not. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/state-private.h"
#include "fixture.h"

#define HOLDS 3
#define MOST 50000	/* calls of one kind that one command makes; far fewer in fact */
#define RECORDS 60	/* some pages */

typedef enum { NONE, READ, OPEN, LOCK, MEMORY } Call;

/* What fails: the call @at of the kind, and with @lasting all later ones. */
static struct {
	Call call;
	int code;
	guint at, count;
	gboolean lasting, hit;
} plan;

static gboolean fails(Call call)
{
	if (plan.call != call)
		return FALSE;
	plan.count++;
	if (plan.count != plan.at && !(plan.lasting && plan.count > plan.at))
		return FALSE;
	plan.hit = TRUE;
	return TRUE;
}

/* A file of SQLite's own file system behind ours. */
typedef struct {
	sqlite3_file base;
	sqlite3_file *real;
} File;

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((File *)file)->real;
}

static int file_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
	if (fails(READ))
		return plan.code;
	return real_of(file)->pMethods->xRead(real_of(file), data, size, at);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xWrite(real_of(file), data, size, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	if (fails(READ))
		return SQLITE_IOERR_FSTAT;
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int how)
{
	if (fails(LOCK))
		return plan.code;
	return real_of(file)->pMethods->xLock(real_of(file), how);
}

static int file_unlock(sqlite3_file *file, int how)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), how);
}

static int file_check_lock(sqlite3_file *file, int *held)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int file_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close, .xRead = file_read, .xWrite = file_write,
	.xTruncate = file_truncate, .xSync = file_sync, .xFileSize = file_size,
	.xLock = file_lock, .xUnlock = file_unlock, .xCheckReservedLock = file_check_lock,
	.xFileControl = file_control, .xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	File *ours = (File *)file;
	int code;

	ours->base.pMethods = NULL;
	ours->real = (sqlite3_file *)(ours + 1);
	if (fails(OPEN))
		return plan.code;
	code = real_vfs->xOpen(real_vfs, name, ours->real, flags, out);
	if (code == SQLITE_OK)
		ours->base.pMethods = &methods;
	return code;
}

static sqlite3_mem_methods real_memory;

static void *memory_get(int size)
{
	return fails(MEMORY) ? NULL : real_memory.xMalloc(size);
}

static void *memory_again(void *old, int size)
{
	return fails(MEMORY) ? NULL : real_memory.xRealloc(old, size);
}

/* Before SQLite is used at all. */
static void put_between(void)
{
	static sqlite3_mem_methods memory;
	static sqlite3_vfs vfs;

	g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), ==, SQLITE_OK);
	memory = real_memory;
	memory.xMalloc = memory_get;
	memory.xRealloc = memory_again;
	g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), ==, SQLITE_OK);
	/* it would have memory of its own */
	g_assert_cmpint(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), ==, SQLITE_OK);
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "failing";
	vfs.szOsFile = (int)sizeof(File) + real_vfs->szOsFile;
	vfs.xOpen = vfs_open;
	g_assert_cmpint(sqlite3_vfs_register(&vfs, 1), ==, SQLITE_OK);
}

/* What a machine has: holds, and some history. */
static char *sample(guint count, gsize *size)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	const KpIdentity good = { "a", "1-0", "good" };
	KpRecord record = { .at = 1, .boot_id = (char *)"b", .kver = (char *)"k1",
			    .action = (char *)"apply", .name = (char *)"a", .version = (char *)"1",
			    .sha256 = (char *)"s", .backend = (char *)"kpatch",
			    .result = (char *)"done", .detail = (char *)"" };
	KpHold hold = { KP_HOLD_HELD, (char *)"k1", (char *)"a", NULL, NULL, (char *)"r", 1 };
	gboolean added;
	char *bytes = NULL;

	for (guint i = 1; i <= HOLDS; i++) {
		g_autofree char *version = g_strdup_printf("1-%u", i);

		hold.kind = i == HOLDS ? KP_HOLD_BLOCKED : KP_HOLD_HELD;
		hold.version = hold.sha256 = version;
		g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	}
	hold.kver = (char *)"k2";
	hold.version = hold.sha256 = (char *)"other";
	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	g_assert_true(kp_state_set_good(state, "k1", &good, NULL));
	for (guint i = 0; i < count; i++)
		g_assert_true(kp_state_add_record(state, &record, NULL));
	g_clear_pointer(&state, kp_state_close);
	g_assert_true(g_file_get_contents(path, &bytes, size, NULL));
	fixture_remove(root);
	return bytes;
}

/* A folder that has nothing but @bytes. */
static void put(const char *root, const char *bytes, gsize size)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *old = g_build_filename(folder, name, NULL);

		g_unlink(old);
	}
	fixture_write(root, KP_STATE_FILE, bytes, (gssize)size);
}

static gboolean is_set_aside(const char *root)
{
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL)
		if (strstr(name, ".corrupt-") != NULL)
			return TRUE;
	return FALSE;
}

static gboolean has_hold(const GPtrArray *holds, const char *sha256)
{
	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (g_str_equal(hold->sha256, sha256) && g_str_equal(hold->kver, "k1") &&
		    g_str_equal(hold->name, "a") && g_str_equal(hold->reason, "r"))
			return TRUE;
	}
	return FALSE;
}

static void expect_all_holds(const GPtrArray *holds)
{
	for (guint i = 1; i <= HOLDS; i++) {
		g_autofree char *version = g_strdup_printf("1-%u", i);

		g_assert_true(has_hold(holds, version));
	}
}

/* One command that holds "new". TRUE when it says that it did. */
static gboolean add_new(const char *root, gboolean *opened, GError **error)
{
	g_autoptr(KpState) state = kp_state_open(root, TRUE, error);
	KpHold hold = { KP_HOLD_HELD, (char *)"k1", (char *)"a", (char *)"new", (char *)"new",
			(char *)"r", 2 };
	gboolean added = FALSE;

	*opened = state != NULL;
	if (state == NULL || !kp_state_add_hold(state, &hold, &added, error))
		return FALSE;
	g_assert_true(added);
	return TRUE;
}

/* What another command sees, when nothing fails any more. */
static void expect_kept(const char *root, gboolean added)
{
	g_autoptr(KpState) state = kp_state_open(root, FALSE, NULL);
	g_autoptr(GPtrArray) holds = NULL;
	g_autoptr(GPtrArray) records = NULL;

	g_assert_false(is_set_aside(root));
	g_assert_nonnull(state);
	g_assert_false(kp_state_is_doubted(state));
	holds = kp_state_holds(state, "k1", NULL);
	g_assert_nonnull(holds);
	expect_all_holds(holds);
	if (added)
		g_assert_true(has_hold(holds, "new"));
	g_assert_true(kp_state_is_good(state, "k1", "good"));
	records = kp_state_history(state, NULL, 0, NULL);
	g_assert_cmpuint(records->len, ==, RECORDS);
}

static void write_failing(const char *root)
{
	g_autoptr(GError) error = NULL;
	gboolean opened, added = add_new(root, &opened, &error);

	plan.call = NONE;
	g_assert_true(added == (error == NULL));
	expect_kept(root, added);
}

/* Holds, history, what was good and tried: all of it as it is, or an error. */
static void read_failing(const char *root)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpState) state = kp_state_open(root, FALSE, &error);
	g_autoptr(GPtrArray) holds = NULL;
	g_autoptr(GPtrArray) records = NULL;
	g_autoptr(KpAttempt) attempt = NULL;
	g_autoptr(KpGood) good = NULL;

	if (state != NULL)
		holds = kp_state_holds(state, "k1", &error);
	if (holds != NULL) {
		g_assert_cmpuint(holds->len, ==, HOLDS);
		expect_all_holds(holds);
		records = kp_state_history(state, "k1", 0, &error);
	}
	if (records != NULL) {
		g_assert_cmpuint(records->len, ==, RECORDS);
		g_assert_cmpstr(((KpRecord *)g_ptr_array_index(records, RECORDS - 1))->action, ==, "apply");
		if (kp_state_last_good(state, "k1", &good, &error)) {
			g_assert_nonnull(good);
			g_assert_cmpstr(good->sha256, ==, "good");
		}
	}
	if (error != NULL && strstr(error->message, "damaged") != NULL)
		g_error("it is not damaged: %s", error->message);
	plan.call = NONE;
	expect_kept(root, FALSE);
}

static const struct {
	Call call;
	int code;
} failures[] = {
	{ READ, SQLITE_IOERR_READ },		/* EIO */
	{ READ, SQLITE_IOERR_NOMEM },		/* ENOMEM */
	{ OPEN, SQLITE_CANTOPEN },		/* EMFILE, ENFILE */
	{ LOCK, SQLITE_IOERR_LOCK },		/* ENOLCK */
	{ MEMORY, SQLITE_NOMEM },
};

/* Runs @command with each call that it makes failing. */
static void sweep(const char *bytes, gsize size, void (*command)(const char *root))
{
	for (gsize i = 0; i < G_N_ELEMENTS(failures); i++)
		for (int lasting = 0; lasting < 2; lasting++) {
			guint at = 0;

			do {
				char *root = fixture_folder();

				put(root, bytes, size);
				memset(&plan, 0, sizeof(plan));
				/* pieces of memory are thousands: the first twenty, then ever sparser */
				at += failures[i].call == MEMORY ? 1 + at / 20 : 1;
				plan.at = at;
				plan.code = failures[i].code;
				plan.lasting = lasting;
				plan.call = failures[i].call;
				g_test_message("%d: %d at %u%s", failures[i].call, failures[i].code, at,
					       lasting ? " and later" : "");
				command(root);
				fixture_remove(root);
			} while (plan.hit && at < MOST);
			g_assert_cmpuint(at, >, 1);
			g_assert_cmpuint(at, <, MOST);
		}
}

static void test_writer(void)
{
	gsize size;
	g_autofree char *bytes = sample(RECORDS, &size);

	sweep(bytes, size, write_failing);
}

static void test_reader(void)
{
	gsize size;
	g_autofree char *bytes = sample(RECORDS, &size);

	sweep(bytes, size, read_failing);
}

/* All holds are there, or it is known that they are not. */
static void damaged_failing(const char *root)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpState) state = NULL;
	g_autoptr(GPtrArray) holds = NULL;
	gboolean opened, added = add_new(root, &opened, &error);

	plan.call = NONE;
	g_assert_true(added == (error == NULL));
	state = kp_state_open(root, TRUE, NULL);
	g_assert_nonnull(state);
	holds = kp_state_holds(state, "k1", NULL);
	g_assert_nonnull(holds);
	if (!kp_state_is_doubted(state))
		expect_all_holds(holds);
	if (added)
		g_assert_true(has_hold(holds, "new"));
}

/* Its version is wrong, so that it is set aside and all of it can be carried over: what
 * fails meanwhile must not make less of it. */
static void test_damaged(void)
{
	gsize size;
	g_autofree char *bytes = sample(0, &size);

	bytes[63] = 1;	/* the last byte of user_version, in SQLite's file format */
	sweep(bytes, size, damaged_failing);
}

/* A value that is missing is not ignored, as one that is there already is. */
static void test_constraint(void)
{
	char *root = fixture_folder();
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	g_autoptr(GError) error = NULL;
	KpHold hold = { KP_HOLD_HELD, (char *)"k1", (char *)"a", (char *)"1", NULL, (char *)"r", 2 };
	gboolean added = FALSE;

	g_assert_false(kp_state_add_hold(state, &hold, &added, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	/* thousands of databases */
	if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) && access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	put_between();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/state-errors/writer", test_writer);
	g_test_add_func("/state-errors/reader", test_reader);
	g_test_add_func("/state-errors/damaged", test_damaged);
	g_test_add_func("/state-errors/constraint", test_constraint);
	return g_test_run();
}
