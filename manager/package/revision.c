/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/revision.h"

/* createrepo's revision is a time, in seconds; some make it another number. */
#define FIRST_TIME G_GUINT64_CONSTANT(946684800)	/* 2000-01-01 */
/* Clocks of machines that make repositories are not wrong by more. */
#define AHEAD 3600

static gboolean is_number(const char *text, guint64 *number)
{
	return text != NULL && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, number, NULL);
}

/* What says that it was made in the future says nothing: it would make all that the
 * repository ever brings again look as if it were older. */
static gboolean is_believed(guint64 number, gint64 asked)
{
	return asked > 0 && number <= (guint64)asked + AHEAD;
}

void kp_revision_note(KpStamp *stamp, const char *revision, const KpStamp *before)
{
	gboolean same = before != NULL && g_strcmp0(before->cookie, stamp->cookie) == 0;
	guint64 number = 0;
	gboolean believed = is_number(revision, &number) && is_believed(number, stamp->asked);

	stamp->floor = before != NULL ? before->floor : 0;
	if (believed)
		stamp->floor = MAX(stamp->floor, number);
	if (believed && number >= FIRST_TIME)
		stamp->made = MIN((gint64)number, stamp->asked);
	else
		stamp->made = same && before->made > 0 ? before->made : stamp->asked;
}

gboolean kp_revision_is_behind(const char *revision, const KpStamp *before, guint64 *now)
{
	return before != NULL && is_number(revision, now) && *now < before->floor;
}
