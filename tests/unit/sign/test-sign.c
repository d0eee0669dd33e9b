/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are signed and stripped: what they keep, and that nothing is
 * left behind when it goes wrong. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "sign/keys.h"
#include "signing/publish.h"
#include "signing/sign.h"
#include "signing/trusted.h"

#define PASSPHRASE "open sesame"

/* A folder with a module, and keys on disk. */
typedef struct {
	char *folder;
	char *module, *key, *certificate;
	GBytes *content;
} Scene;

static void write_key(const char *path, KeysName key, const char *passphrase)
{
	g_autoptr(BIO) bio = BIO_new_file(path, "w");

	g_assert_cmpint(PEM_write_bio_PKCS8PrivateKey(bio, keys_get(key),
			passphrase != NULL ? EVP_aes_256_cbc() : NULL, passphrase,
			passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL), ==, 1);
}

static void write_certificate(const Scene *scene, const KeysCertificate *wanted)
{
	g_autoptr(X509) certificate = keys_certificate(wanted);
	g_autofree char *pem = keys_pem(certificate);

	fixture_write(scene->folder, "site.pem", pem, -1);
}

static void write_module(const Scene *scene, GBytes *content)
{
	fixture_write(scene->folder, "patch.ko", g_bytes_get_data(content, NULL),
		      (gssize)g_bytes_get_size(content));
}

static void scene_set(Scene *scene, gconstpointer data)
{
	scene->folder = fixture_folder();
	scene->module = g_build_filename(scene->folder, "patch.ko", NULL);
	scene->key = g_build_filename(scene->folder, "site.key", NULL);
	scene->certificate = g_build_filename(scene->folder, "site.pem", NULL);
	scene->content = fixture_module(&(FixtureModule){ .name = "patch", .version = "1-1" });
	write_key(scene->key, KEYS_SITE, NULL);
	write_certificate(scene, &(KeysCertificate){ 0 });
	write_module(scene, scene->content);
}

static void scene_clear(Scene *scene, gconstpointer data)
{
	g_bytes_unref(scene->content);
	g_free(scene->module);
	g_free(scene->key);
	g_free(scene->certificate);
	fixture_remove(scene->folder);
}

static char *answer(const char *what, gpointer data, GError **error)
{
	if (data != NULL)
		return g_strdup(data);
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, "nobody is there to answer");
	return NULL;
}

static KpSigner *signer_of(const Scene *scene, const char *passphrase, GError **error)
{
	return kp_signer_load(scene->key, scene->certificate, "sha256", KEYS_NOW, answer,
			      (gpointer)passphrase, error);
}

static KpSigner *signer_good(const Scene *scene)
{
	g_autoptr(GError) error = NULL;
	KpSigner *signer = signer_of(scene, NULL, &error);

	g_assert_no_error(error);
	return signer;
}

static void signer_refused(const Scene *scene, const char *passphrase, const char *reason)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(signer_of(scene, passphrase, &error));
	g_assert_true(error->domain == KP_ERROR);
	if (strstr(error->message, reason) == NULL)
		g_error("'%s' does not say '%s'", error->message, reason);
}

static GBytes *read_file(const char *path)
{
	char *bytes = NULL;
	gsize size = 0;

	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	return g_bytes_new_take(bytes, size);
}

static guint entries(const Scene *scene)
{
	GDir *folder = g_dir_open(scene->folder, 0, NULL);
	guint count = 0;

	while (g_dir_read_name(folder) != NULL)
		count++;
	g_dir_close(folder);
	return count;
}

/* Nothing happened: same bytes, and no other file in the folder. */
static void untouched(const Scene *scene)
{
	g_autoptr(GBytes) now = read_file(scene->module);

	g_assert_true(g_bytes_equal(now, scene->content));
	g_assert_cmpuint(entries(scene), ==, 3);
}

static void fails(const Scene *scene, const KpSigner *signer, KpErrorCode code, const char *reason)
{
	g_autoptr(GError) error = NULL;
	KpSignResult result;

	g_assert_false(kp_sign_file(signer, scene->module, NULL, FALSE, &result, &error));
	g_assert_error(error, KP_ERROR, (gint)code);
	if (strstr(error->message, reason) == NULL)
		g_error("'%s' does not say '%s'", error->message, reason);
	kp_sign_result_clear(&result);
}

static void test_sign_and_strip(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	g_autoptr(GBytes) first = NULL, second = NULL;
	KpSignResult result;

	g_assert_true(kp_sign_file(signer, scene->module, NULL, FALSE, &result, NULL));
	g_assert_true(result.changed);
	g_assert_cmpuint(result.replaced, ==, 0);
	g_assert_cmpint(result.outcome->verdict, ==, KP_VERDICT_GOOD);
	kp_sign_result_clear(&result);
	first = read_file(scene->module);
	g_assert_cmpint(keys_verdict(first, signer->trust, NULL), ==, KP_VERDICT_GOOD);

	/* again: in the place of the old one */
	g_assert_true(kp_sign_file(signer, scene->module, NULL, FALSE, &result, NULL));
	g_assert_cmpuint(result.replaced, ==, 1);
	kp_sign_result_clear(&result);
	second = read_file(scene->module);
	g_assert_true(g_bytes_equal(first, second));

	g_assert_true(kp_strip_file(scene->module, NULL, FALSE, &result, NULL));
	g_assert_true(result.changed);
	kp_sign_result_clear(&result);
	untouched(scene);
	g_assert_true(kp_strip_file(scene->module, NULL, FALSE, &result, NULL));
	g_assert_false(result.changed);
}

static void test_output(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	g_autofree char *output = g_build_filename(scene->folder, "signed.ko", NULL);
	g_autoptr(GBytes) made = NULL;
	KpSignResult result;

	g_assert_true(kp_sign_file(signer, scene->module, output, FALSE, &result, NULL));
	kp_sign_result_clear(&result);
	made = read_file(output);
	g_assert_cmpint(keys_verdict(made, signer->trust, NULL), ==, KP_VERDICT_GOOD);
	g_unlink(output);
	untouched(scene);
}

static void test_dry_run(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	KpSignResult result;

	g_assert_true(kp_sign_file(signer, scene->module, NULL, TRUE, &result, NULL));
	g_assert_false(result.changed);
	g_assert_null(result.outcome);
	untouched(scene);
}

static void test_properties(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	gboolean root = geteuid() == 0;
	KpSignResult result;
	struct stat st;

	if (root)
		g_assert_cmpint(chown(scene->module, 12345, 54321), ==, 0);
	g_assert_cmpint(chmod(scene->module, 04750), ==, 0);
	g_assert_true(kp_sign_file(signer, scene->module, NULL, FALSE, &result, NULL));
	kp_sign_result_clear(&result);
	g_assert_cmpint(stat(scene->module, &st), ==, 0);
	g_assert_cmpuint(st.st_mode & 07777, ==, 04750);
	if (root) {
		g_assert_cmpuint(st.st_uid, ==, 12345);
		g_assert_cmpuint(st.st_gid, ==, 54321);
	}
}

static void has_attribute(const char *path, const char *name, const char *value)
{
	char found[64] = "";
	gssize size = getxattr(path, name, found, sizeof(found) - 1);

	if (value == NULL) {
		g_assert_cmpint(size, ==, -1);
		return;
	}
	g_assert_cmpint(size, ==, (gssize)strlen(value));
	g_assert_cmpstr(found, ==, value);
}

/* A label stays; a digest of the old content does not. */
static void test_attributes(Scene *scene, gconstpointer data)
{
	static const char label[] = "system_u:object_r:modules_object_t:s0";
	g_autoptr(KpSigner) signer = signer_good(scene);
	KpSignResult result;
	gboolean ima;

	if (setxattr(scene->module, "security.selinux", label, strlen(label), 0) != 0) {
		g_test_skip("only root can label files, and not on every file system");
		return;
	}
	ima = setxattr(scene->module, "security.ima", "\x04\x01old", 5, 0) == 0;
	g_assert_true(kp_sign_file(signer, scene->module, NULL, FALSE, &result, NULL));
	kp_sign_result_clear(&result);
	has_attribute(scene->module, "security.selinux", label);
	if (ima)
		has_attribute(scene->module, "security.ima", NULL);
}

/* What may be signed. */
static void test_contents(Scene *scene, gconstpointer data)
{
	static const struct {
		const char *bytes;
		gsize size;
		const char *reason;
	} cases[] = {
		{ "", 0, "neither a kernel module" },
		{ "#!/bin/sh\n", 10, "neither a kernel module" },
		{ "\xfd" "7zXZ\0\0\4", 8, "compressed (xz)" },
		{ "\x1f\x8b\x08", 3, "compressed (gzip)" },
		{ "\x28\xb5\x2f\xfd\x04", 5, "compressed (zstd)" },
		{ "\x7f" "ELF", 4, "cut short" },
		{ "kpatch-revocations 1\nserial\n", 28, "line 2" },
	};
	g_autoptr(KpSigner) signer = signer_good(scene);
	gsize size = g_bytes_get_size(scene->content);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) content = g_bytes_new(cases[i].bytes, cases[i].size);

		write_module(scene, content);
		fails(scene, signer, KP_ERROR_REFUSED, cases[i].reason);
	}
	for (gsize cut = 64; cut < size; cut += 16) {
		g_autoptr(GBytes) content = g_bytes_new_from_bytes(scene->content, 0, cut);

		write_module(scene, content);
		fails(scene, signer, KP_ERROR_REFUSED, "cut short");
	}
}

/* A damaged signature is not guessed away. */
static void test_damaged_signature(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	KpSignResult result;
	int fd;

	g_assert_true(kp_sign_file(signer, scene->module, NULL, FALSE, &result, NULL));
	kp_sign_result_clear(&result);
	fd = open(scene->module, O_RDWR);
	g_assert_cmpint(pwrite(fd, "\xff\xff", 2, lseek(fd, 0, SEEK_END) - 32), ==, 2);
	close(fd);
	fails(scene, signer, KP_ERROR_REFUSED, "damaged");
}

static void test_no_files(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);

	g_unlink(scene->module);
	fails(scene, signer, KP_ERROR_FAILED, "No such file");
	g_assert_cmpint(symlink("site.key", scene->module), ==, 0);
	fails(scene, signer, KP_ERROR_FAILED, "symbolic link");
	g_unlink(scene->module);
	g_assert_cmpint(mkfifo(scene->module, 0644), ==, 0);
	fails(scene, signer, KP_ERROR_REFUSED, "regular file");
	g_unlink(scene->module);
	g_assert_cmpint(g_mkdir(scene->module, 0755), ==, 0);
	fails(scene, signer, KP_ERROR_REFUSED, "regular file");
}

/* As a full disk does, the limit stops the write in its middle. */
static void test_no_room(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	struct rlimit before, limit;

	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
	limit = before;
	limit.rlim_cur = g_bytes_get_size(scene->content) + 100;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	fails(scene, signer, KP_ERROR_FAILED, "nothing was changed");
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
	untouched(scene);
}

static gboolean say_no(int fd, gpointer data, GError **error)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "no");
	return FALSE;
}

/* What is not good when it is read back is never seen. */
static void test_checked_before(Scene *scene, gconstpointer data)
{
	g_autoptr(GBytes) payload = g_bytes_new_static("new", 3);
	int fd = open(scene->module, O_RDONLY);

	g_assert_false(kp_publish(scene->module, fd, payload, NULL, say_no, NULL, NULL));
	close(fd);
	untouched(scene);
}

/* A signer that believes in another certificate than it signs for. */
static void test_output_verified(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = signer_good(scene);
	g_autoptr(X509) other = keys_certificate(&(KeysCertificate){ .name = "Other" });

	kp_trust_free(signer->trust);
	signer->trust = kp_trust_of(other, "other.pem", KEYS_NOW);
	fails(scene, signer, KP_ERROR_REFUSED, "trusted");
	untouched(scene);
}

static void test_signers(Scene *scene, gconstpointer data)
{
	write_certificate(scene, &(KeysCertificate){ .key = KEYS_OTHER });
	signer_refused(scene, NULL, "does not belong");
	write_certificate(scene, &(KeysCertificate){ .from = -9, .to = -1 });
	signer_refused(scene, NULL, "expired");
	write_certificate(scene, &(KeysCertificate){ .from = 1, .to = 9 });
	signer_refused(scene, NULL, "not valid before");
	write_certificate(scene, &(KeysCertificate){ .extended = "serverAuth" });
	signer_refused(scene, NULL, "codeSigning");
	fixture_write(scene->folder, "site.pem", "nothing", -1);
	signer_refused(scene, NULL, "no certificate");
	write_certificate(scene, &(KeysCertificate){ 0 });
	fixture_write(scene->folder, "site.key", "nothing", -1);
	signer_refused(scene, NULL, "no private key");
	g_unlink(scene->key);
	signer_refused(scene, NULL, "No such file");
	kp_signer_free(NULL);
	g_assert_null(kp_signer_load(scene->key, scene->certificate, "md5", KEYS_NOW, answer, NULL,
				     NULL));
}

static void test_passphrase(Scene *scene, gconstpointer data)
{
	g_autoptr(KpSigner) signer = NULL;
	g_autofree char *long_one = g_strnfill(5000, 'x');

	write_key(scene->key, KEYS_SITE, PASSPHRASE);
	signer_refused(scene, NULL, "nobody is there");
	signer_refused(scene, "wrong", "passphrase");
	signer_refused(scene, long_one, "longer");
	signer = signer_of(scene, PASSPHRASE, NULL);
	g_assert_nonnull(signer);
}

/* A PIN in a URI would be on the command line. */
static void test_pin_in_uri(Scene *scene, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(kp_key_load("pkcs11:token=x;object=y?pin-value=1234", answer, "1234", &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "everybody"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(Scene *scene, gconstpointer data);
	} tests[] = {
		{ "sign-and-strip", test_sign_and_strip },
		{ "output", test_output },
		{ "dry-run", test_dry_run },
		{ "properties", test_properties },
		{ "attributes", test_attributes },
		{ "contents", test_contents },
		{ "damaged-signature", test_damaged_signature },
		{ "no-files", test_no_files },
		{ "no-room", test_no_room },
		{ "checked-before", test_checked_before },
		{ "output-verified", test_output_verified },
		{ "signers", test_signers },
		{ "passphrase", test_passphrase },
		{ "pin-in-uri", test_pin_in_uri },
	};

	umask(022);
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree char *path = g_strconcat("/sign/files/", tests[i].name, NULL);

		g_test_add(path, Scene, NULL, scene_set, tests[i].run, scene_clear);
	}
	return g_test_run();
}
